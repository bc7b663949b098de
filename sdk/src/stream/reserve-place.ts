import { CounterfoilError, type Problem } from '../errors.ts'
import { inTime } from '../timer.ts'
import type { ReceiptStreamOptions, StreamSigner } from './stream-options.ts'

const RESERVE_MS_MAX = 2_000

/** A place under the API key's cap, requested before the first token. */
export type Place =
  | { kind: 'held'; reservation: string }
  /** No place was requested, or the portal was too slow: the answer is signed without a place. */
  | { kind: 'unknown' }
  | { kind: 'refused'; problem: Problem }

type PlaceOptions = Pick<ReceiptStreamOptions, 'reserve' | 'reserveMsMax' | 'onCapExceeded'>

/**
 * Reserves a place if the options say so. Never rejects. An unreachable portal must not keep a
 * reader waiting: after `reserveMsMax` the answer goes on, and a late place is given back.
 */
export async function takePlace(counterfoil: StreamSigner, options: PlaceOptions): Promise<Place> {
  if (options.reserve !== true) return { kind: 'unknown' }
  let isLate = false
  const asked = counterfoil.reserve().then(
    ({ reservation }): Place => {
      if (isLate) releasePlace(counterfoil, reservation)
      return { kind: 'held', reservation }
    },
    (thrown: unknown): Place =>
      thrown instanceof CounterfoilError && thrown.code === 'cap_exceeded' && thrown.problem
        ? { kind: 'refused', problem: thrown.problem }
        : { kind: 'unknown' },
  )
  return inTime(asked, options.reserveMsMax ?? RESERVE_MS_MAX, (): Place => {
    isLate = true
    return { kind: 'unknown' }
  })
}

/** Whether the cap is full and the service refuses answers without a receipt. */
export const isRefused = (place: Place, options: PlaceOptions): boolean =>
  place.kind === 'refused' && options.onCapExceeded === 'refuse'

/** Gives a place back. A failure is not reported, because an unused place expires by itself. */
export const releasePlace = (counterfoil: StreamSigner, reservation: string): void => {
  counterfoil.release(reservation).catch(() => undefined)
}
