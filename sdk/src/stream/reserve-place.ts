import type { Counterfoil } from '../sign/counterfoil.ts'
import { CounterfoilError, type Problem } from '../errors.ts'
import { startTimer } from '../timer.ts'

/** A place under the API key's cap, asked for before the first token. */
export type Place =
  | { kind: 'held'; reservation: string }
  /** None was asked for, or the portal did not say in time: the answer is signed as always. */
  | { kind: 'unknown' }
  | { kind: 'refused'; problem: Problem }

/**
 * Never throws, and waits no longer than `msMax`: a portal that is away is no reason to keep a
 * reader waiting. A place that is granted too late is given back.
 */
export async function reservePlace(
  counterfoil: Pick<Counterfoil, 'reserve' | 'release'>,
  msMax: number,
): Promise<Place> {
  let isLate = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Place>((resolve) => {
    timer = startTimer(msMax, () => {
      isLate = true
      resolve({ kind: 'unknown' })
    })
  })
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
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** It would expire by itself: nobody has to hear of a failure. */
export const releasePlace = (
  counterfoil: Pick<Counterfoil, 'release'>,
  reservation: string,
): void => {
  counterfoil.release(reservation).catch(() => undefined)
}
