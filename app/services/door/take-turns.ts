/** Runs a few pieces of expensive work at once; the others wait in order. */
export interface Turns {
  /** Null, without doing the work, if `waitingMax` pieces wait already. */
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
      // The turn goes to the longest waiting piece: a new one must not overtake it.
      const next = waiting.shift()
      if (next === undefined) busy--
      else next()
    }
  }

  return {
    take: (work, waitingMax) => (busy >= atOnce && waiting.length >= waitingMax ? null : run(work)),
  }
}
