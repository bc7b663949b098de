import { asError, CounterfoilError, type Problem } from './errors.ts'

/** How an API key stands in its month. */
export interface Usage {
  used: number
  reserved: number
  /** Null: no cap. */
  cap: number | null
  /** RFC 3339. */
  resetsAt: string
}

export interface BatchItem {
  receipt: string
  visibility: 'private' | 'public' | 'findable'
  content?: { text: string } | { base64: string }
  reservation?: string
}

export type BatchResult =
  | { status: 200 | 201; result: { receiptId: string; verifyUrl: string } }
  | { status: number; problem: Problem }

export type BatchAnswer =
  | { kind: 'answered'; results: BatchResult[]; usage: Usage }
  /** No answer, or one that says later: the same batch may be sent again. */
  | { kind: 'later'; afterMs: number | null; why: string }
  /** The request as a whole was refused. */
  | { kind: 'refused'; problem: Problem }

/** The portal as this package sees it: `fetch`, and what its answers mean. */
export interface Portal {
  url: string
  postBatch(items: BatchItem[]): Promise<BatchAnswer>
  /** Throws `cap_exceeded`, `portal_refused` or `portal_unreachable`, as all below. */
  reserve(values: { count: number; ttlSeconds: number }): Promise<Reservation>
  release(reservation: string): Promise<void>
  usage(): Promise<Usage & { period: string }>
  /** Public: needs no API key. */
  get(path: string): Promise<{ status: number; text: string }>
}

/** Places that are held for this API key. */
export interface Reservation {
  reservation: string
  count: number
  /** RFC 3339. */
  expiresAt: string
  usage: Usage
}

const TIMEOUT_MS = 30_000
/** What a portal, or the proxy before it, says when it is only for the moment. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504])

export function createPortal(options: {
  url: string
  apiKey: string
  fetch: typeof fetch
}): Portal {
  const url = options.url.replace(/\/+$/, '')

  const send = (method: string, path: string, body?: unknown): Promise<Response> =>
    options.fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${options.apiKey}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would take the API key along to somewhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })

  /** For what is asked directly: the answer's JSON, or an error that says what is wrong. */
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: Response
    try {
      response = await send(method, path, body)
    } catch (thrown) {
      throw asError('portal_unreachable', `The portal at ${url} can't be reached`, thrown)
    }
    if (response.ok) return (response.status === 204 ? null : await response.json()) as T
    const problem = await readProblem(response)
    throw new CounterfoilError(
      problem.code === 'cap_exceeded' ? 'cap_exceeded' : 'portal_refused',
      `The portal refused (${problem.status} ${problem.code}): ${problem.detail ?? ''}`.trim(),
      { problem },
    )
  }

  return {
    url,
    async postBatch(items) {
      try {
        const response = await send('POST', '/v1/receipts/batch', { receipts: items })
        if (LATER.has(response.status)) {
          const problem = await readProblem(response)
          const why = problem.detail ?? `the portal answered ${response.status}`
          return { kind: 'later', afterMs: readRetryAfter(response), why }
        }
        if (!response.ok) return { kind: 'refused', problem: await readProblem(response) }
        const { results, usage } = (await response.json()) as {
          results: BatchResult[]
          usage: Usage
        }
        if (!Array.isArray(results) || results.length !== items.length)
          return { kind: 'later', afterMs: null, why: 'what answered is not a portal' }
        return { kind: 'answered', results, usage }
      } catch (thrown) {
        return {
          kind: 'later',
          afterMs: null,
          why: thrown instanceof Error ? thrown.message : String(thrown),
        }
      }
    },
    reserve: (values) => ask('POST', '/v1/reservations', values),
    release: (reservation) => ask('DELETE', `/v1/reservations/${encodeURIComponent(reservation)}`),
    usage: () => ask('GET', '/v1/usage'),
    async get(path) {
      try {
        const response = await options.fetch(url + path, {
          headers: { accept: 'application/json' },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        return { status: response.status, text: await response.text() }
      } catch (thrown) {
        throw asError('portal_unreachable', `The portal at ${url} can't be reached`, thrown)
      }
    },
  }
}

/** A proxy's error page is no problem document: its status is all there is to say. */
async function readProblem(response: Response): Promise<Problem> {
  const { status } = response
  try {
    const body = (await response.json()) as Partial<Problem>
    if (typeof body.code === 'string') return { ...body, code: body.code, status }
  } catch {
    // Not JSON.
  }
  return { code: 'unknown', status, detail: `the portal answered ${status}` }
}

/** Milliseconds. Seconds or a date, as RFC 9110 has it; null for anything else. */
function readRetryAfter(response: Response): number | null {
  const value = response.headers.get('retry-after')
  if (value === null || !/^\d{1,9}$/.test(value)) return null
  return Number(value) * 1000
}
