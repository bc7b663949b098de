export type Timer = ReturnType<typeof setTimeout>

/** 24.8 days, in milliseconds: `setTimeout` fires at once for a longer time. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** `setTimeout` for times that callers give: `Infinity` becomes the longest possible time. */
export const startTimer = (ms: number, then: () => void): Timer =>
  setTimeout(then, Math.min(ms, TIMER_MS_MAX))

/** A timer that lets the program end: a portal that is away must not keep a program running. */
export function startQuietTimer(ms: number, then: () => void): Timer {
  const timer = startTimer(ms, then)
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}

/** The result of `work`; after `ms`, the result or the error of `late`. */
export function inTime<T, L>(work: Promise<T>, ms: number, late: () => L): Promise<T | L> {
  let timer: Timer | undefined
  const limit = new Promise<void>((resolve) => (timer = startTimer(ms, resolve))).then(late)
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
