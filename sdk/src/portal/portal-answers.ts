import type { Problem } from '../errors.ts'
import { isObject, type Members } from '../members.ts'
import type { BatchResult } from './portal.ts'

/**
 * Reads a problem document. Of another answer, such as a proxy's error page, it keeps the status.
 */
export async function readProblem(response: Response): Promise<Problem> {
  const { status } = response
  try {
    const body: unknown = await response.json()
    if (isObject(body)) return toProblem(body, status)
  } catch {
    // Not JSON.
  }
  return { code: 'unknown', status, detail: `The portal answered ${status}` }
}

function toProblem(body: Members, status: number): Problem {
  const problem: Problem = { status, code: typeof body.code === 'string' ? body.code : 'unknown' }
  for (const name of ['type', 'title', 'detail', 'receiptId', 'resetsAt'] as const) {
    const value = body[name]
    if (typeof value === 'string') problem[name] = value
  }
  return problem
}

/**
 * Reads the results of a batch, one for each item. Null: the answer is not a portal's. The outbox
 * forgets a receipt by its result, so a proxy's own "200 OK" must not count as a result.
 */
export function readResults(body: unknown, count: number): BatchResult[] | null {
  const results = isObject(body) ? body.results : null
  if (!Array.isArray(results) || results.length !== count) return null
  const read = results.map(readResult)
  return read.every((one) => one !== null) ? read : null
}

function readResult(value: unknown): BatchResult | null {
  if (!isObject(value)) return null
  const { status, result, problem } = value
  if ((status === 200 || status === 201) && isObject(result)) {
    const { receiptId } = result
    return typeof receiptId === 'string' ? { status, result: { receiptId } } : null
  }
  if (typeof status !== 'number' || status < 400 || !isObject(problem)) return null
  return { status, problem: toProblem(problem, status) }
}

/** Retry-After (RFC 9110: seconds or a date) in milliseconds from `now`; null for anything else. */
export function readRetryAfter(response: Response, now: number): number | null {
  const value = response.headers.get('retry-after') ?? ''
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const at = /\d GMT$/.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
