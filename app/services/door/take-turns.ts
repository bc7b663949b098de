/** Work that costs much, a few at a time; the others wait, in order. */
export interface Turns {
  /** Null, and nothing done, where `waitingMax` wait already. */
  take<T>(work: () => Promise<T>, waitingMax: number): Promise<T> | null
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  let busy = 0

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (busy >= atOnce) await new Promise<void>((go) => waiting.push(go))
    else busy++
    try {
      return await work()
    } finally {
      // The turn is handed on, so that nobody who comes now gets in before who waited.
      const next = waiting.shift()
      if (next === undefined) busy--
      else next()
    }
  }

  return {
    take: (work, waitingMax) => (busy >= atOnce && waiting.length >= waitingMax ? null : run(work)),
  }
}
