import { asError, CounterfoilError, refusalOf, type Problem } from '../errors.ts'
import { readProblem, readResults, readRetryAfter } from './portal-answers.ts'
import type { Fetch, Signal } from '../platform.ts'

/** An API key's usage in the current month, in receipts. */
export interface Usage {
  used: number
  /** Places that are reserved and not used yet. */
  reserved: number
  /** Null for an API key without a cap. */
  cap: number | null
  /** The time when the cap has room again, in RFC 3339. */
  resetsAt: string
}

/** A receipt as the portal's API takes it. */
export interface BatchItem {
  /** The compact JWS. */
  receipt: string
  visibility: 'private' | 'public' | 'findable'
  content?: { text: string } | { base64: string }
  reservation?: string
}

/** The portal's answer for one receipt of a batch. */
export type BatchResult =
  { status: 200 | 201; result: { receiptId: string } } | { status: number; problem: Problem }

/** The portal's answer for a whole batch. */
export type BatchAnswer =
  | { kind: 'answered'; results: BatchResult[] }
  /** The portal gave no answer, or asks to send the same batch again later. */
  | { kind: 'later'; afterMs: number | null; why: string }
  /** The request as a whole was refused. */
  | { kind: 'refused'; problem: Problem }

/** A client of the portal's API. */
export interface Portal {
  /** Without a slash at its end. */
  url: string
  /** Sends receipts. Never rejects. */
  postBatch(items: BatchItem[], signal: Signal): Promise<BatchAnswer>
  /** As the methods below, throws `cap_exceeded`, `portal_refused` or `portal_unreachable`. */
  reserve(values: { count: number; ttlSeconds: number }): Promise<Reservation>
  release(reservation: string): Promise<void>
  usage(): Promise<Usage & { period: string }>
}

/** Reserved places under the API key's cap. */
export interface Reservation {
  /** The id, for the option `reservation` and for `release`. */
  reservation: string
  /** The number of places. */
  count: number
  /** The time when unused places are free again, in RFC 3339. */
  expiresAt: string
  usage: Usage
}

const TIMEOUT_MS = 30_000
/** Statuses of a portal, or of a proxy before it, that can't answer at the moment. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504])

interface PortalOptions {
  /** Without a slash at its end. */
  url: string
  apiKey: string
  fetch: Fetch
  now(): number
}

async function send(
  options: PortalOptions,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  const response = await options.fetch(options.url + path, {
    method,
    headers: {
      authorization: `Bearer ${options.apiKey}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: JSON.stringify(body),
    // A followed redirect would carry the API key to another server. `error` would be simpler, but
    // platforms at the edge don't have it.
    redirect: 'manual',
    signal,
  })
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
    throw new CounterfoilError(
      'portal_unreachable',
      `${options.url} answers with a redirect: give the address that it leads to as \`portal\`.`,
    )
  return response
}

/** Makes the client of one portal for one API key. */
export function createPortal(options: PortalOptions): Portal {
  const { url } = options

  const unreachable = (thrown: unknown): CounterfoilError =>
    asError('portal_unreachable', `The portal at ${url} can't be reached`, thrown)

  /** Gives the answer's JSON; null for 204. Throws as `Portal.reserve`. */
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response
    try {
      response = await send(options, method, path, body, AbortSignal.timeout(TIMEOUT_MS))
      if (response.ok) return response.status === 204 ? null : await response.json()
    } catch (thrown) {
      throw unreachable(thrown)
    }
    throw refusalOf(await readProblem(response))
  }

  async function post(items: BatchItem[], signal: AbortSignal): Promise<BatchAnswer> {
    const response = await send(options, 'POST', '/v1/receipts/batch', { receipts: items }, signal)
    if (LATER.has(response.status)) {
      const problem = await readProblem(response)
      const why = `the portal answered ${response.status}: ${problem.detail ?? problem.code}`
      return { kind: 'later', afterMs: readRetryAfter(response, options.now()), why }
    }
    if (!response.ok) return { kind: 'refused', problem: await readProblem(response) }
    const results = readResults(await response.json(), items.length)
    return results === null
      ? { kind: 'later', afterMs: null, why: `what answers at ${url} is not a portal` }
      : { kind: 'answered', results }
  }

  return {
    url,
    async postBatch(items, signal) {
      // `AbortSignal.any` is missing in Node 20.0 to 20.2.
      const aborter = new AbortController()
      const abort = (): void => aborter.abort()
      // The caller's own `fetch` may ignore its signal.
      const aborted = new Promise<never>((_resolve, reject) => {
        aborter.signal.onabort = () => reject(new Error('it did not answer in time'))
      })
      const limit = setTimeout(abort, TIMEOUT_MS)
      signal.addEventListener('abort', abort, { once: true })
      try {
        return await Promise.race([post(items, aborter.signal), aborted])
      } catch (thrown) {
        return { kind: 'later', afterMs: null, why: unreachable(thrown).message }
      } finally {
        clearTimeout(limit)
        signal.removeEventListener('abort', abort)
      }
    },
    reserve: (values) => ask('POST', '/v1/reservations', values) as Promise<Reservation>,
    async release(reservation) {
      await ask('DELETE', `/v1/reservations/${encodeURIComponent(reservation)}`)
    },
    usage: () => ask('GET', '/v1/usage') as Promise<Usage & { period: string }>,
  }
}
