import type { Ctx } from './context.server.ts'

/** Something a portal does by itself, again and again. Every process does it, so it must bear company. */
export interface Chore {
  name: string
  everyMs: number
  run(ctx: Ctx): Promise<void>
}

const CHORES: Chore[] = []

/** Ends with the promise that is given back: none is left half done. */
export function startChores(ctx: Ctx, chores: Chore[] = CHORES): () => Promise<void> {
  let isStopping = false
  const running = new Set<Promise<void>>()
  const timers = new Map<Chore, NodeJS.Timeout>()

  const plan = (chore: Chore): void => {
    if (isStopping) return
    const timer = setTimeout(() => {
      const work = chore
        .run(ctx)
        .catch((error: unknown) =>
          ctx.log.warn({ err: error, chore: chore.name }, 'a chore failed'),
        )
        .finally(() => {
          running.delete(work)
          plan(chore)
        })
      running.add(work)
    }, chore.everyMs)
    timer.unref()
    timers.set(chore, timer)
  }
  chores.forEach(plan)

  return async () => {
    isStopping = true
    for (const timer of timers.values()) clearTimeout(timer)
    await Promise.all(running)
  }
}
