import { inTime } from '../timer.ts'

/** The result of `promise`; null if it fails, or after `ms`: a slow signer must hold up no stream. */
export const waitBriefly = <T>(promise: Promise<T>, ms: number): Promise<T | null> =>
  inTime(promise, ms, () => null).catch(() => null)
