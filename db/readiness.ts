import { DatabaseUnavailable } from './connection.ts'

const EVERY_MS = 1_000
const ANSWER_MS_MAX = 3_000

/**
 * Shares one attempt among all callers of a second, since anybody may ask. An attempt that hangs is
 * not joined by another: each would take a connection.
 */
export function shareAttempts(attempt: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> | null = null
  let begunAt = 0
  let isOver = true

  function begin(): Promise<void> {
    begunAt = performance.now()
    isOver = false
    return attempt().finally(() => (isOver = true))
  }

  return async () => {
    if (last === null || (isOver && performance.now() - begunAt >= EVERY_MS)) last = begin()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DatabaseUnavailable('the database does not finish a write'))
      }, ANSWER_MS_MAX)
    })
    await Promise.race([last, late]).finally(() => clearTimeout(timer))
  }
}
