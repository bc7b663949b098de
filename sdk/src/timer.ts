/** Beyond this `setTimeout` fires at once: 24.8 days, in milliseconds. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** `setTimeout` for times that callers give: `Infinity` is a long time, and not none. */
export const startTimer = (ms: number, then: () => void): ReturnType<typeof setTimeout> =>
  setTimeout(then, Math.min(ms, TIMER_MS_MAX))
