import { inTime } from '../timer.ts'

/**
 * The result of `promise`; null if it fails, or after `ms`, so that no stream waits for a signer.
 */
export const waitBriefly = <T>(promise: Promise<T>, ms: number): Promise<T | null> =>
  inTime(promise, ms, () => null).catch(() => null)
