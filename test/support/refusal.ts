import { expect } from 'vitest'
import type { Ledger } from './ledger.ts'
import { PUBLIC_URL, type Answer } from './portal.ts'

/** An answer that must be this problem, with everything that every problem has. */
export function expectProblem<Body>(given: Answer<Body>, status: number, code: string): void {
  const answer = given as Answer<Body & Record<string, unknown>>
  expect({ status: answer.status, code: answer.body.code }, answer.text).toEqual({ status, code })
  expect(answer.body).toMatchObject({
    type: `${PUBLIC_URL}/problems/${code}`,
    status,
    requestId: answer.headers.get('x-request-id'),
  })
  expect(answer.body.requestId).toMatch(/^[\w-]{16}$/)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
  // A name that payment protocols have taken: a client would offer to pay.
  expect(answer.headers.has('payment-required')).toBe(false)
  if (status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
}

/** As `expectProblem`, and the tables are afterwards what they were before. */
export async function expectRefused<Body>(
  ledger: Ledger,
  status: number,
  code: string,
  ask: () => Promise<Answer<Body>>,
): Promise<Answer<Body & Record<string, unknown>>> {
  const before = await ledger.totals()
  const answer = (await ask()) as Answer<Body & Record<string, unknown>>
  expectProblem(answer, status, code)
  expect(await ledger.totals()).toEqual(before)
  return answer
}
