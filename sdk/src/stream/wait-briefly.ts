import { startTimer } from '../timer.ts'

/** What `promise` gives, or null after `ms`: a slow signer holds nothing up for longer. */
export async function waitBriefly<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => (timer = startTimer(ms, () => resolve(null))))
  try {
    return await Promise.race([promise, late])
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}
