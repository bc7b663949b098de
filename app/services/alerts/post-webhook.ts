import { Buffer } from 'node:buffer'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Ctx } from '#app/context.ts'
import { findTarget, resolveByDns, type Resolve, type Target } from './webhook-address.ts'

/** Of an answer no more is read, and none of it is kept. */
const ANSWER_BYTES_MAX = 4_096
const TIMEOUT_MS = 10_000

/** How the world outside is reached; tests bring a resolver of their own. */
export interface Reach {
  resolve: Resolve
  /** From the look-up to the end of the answer. */
  timeoutMs: number
}
export const REACH: Reach = { resolve: resolveByDns, timeoutMs: TIMEOUT_MS }

export type PostResult = { kind: 'answered'; status: number } | { kind: 'failed'; error: string }

/**
 * One POST to somebody else's server. Any answer counts as an answer, a redirect too: none is
 * followed, for it could lead to an inner address. Never throws for what that server does.
 */
export async function postWebhook(
  ctx: Pick<Ctx, 'config'>,
  { url, headers, body }: { url: string; headers: Record<string, string>; body: string },
  { resolve, timeoutMs }: Reach,
  stopping: AbortSignal,
): Promise<PostResult> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)])
  try {
    const target = await unlessAborted(findTarget(ctx, url, resolve), signal)
    if (!target.ok) return { kind: 'failed', error: target.detail ?? 'The URL may not be called.' }
    return { kind: 'answered', status: await sendTo(target.value, headers, body, signal) }
  } catch (error) {
    return {
      kind: 'failed',
      error: signal.aborted ? `No answer within ${timeoutMs / 1000} s.` : sentenceFor(error),
    }
  }
}

/** To an address that was checked, over TLS for the name in the URL. Gives the status. */
export function sendTo(
  { url, host, addresses }: Target,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    host,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    headers: {
      ...headers,
      host: url.host,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    // A connection of its own: one kept from before was made to an address that was checked before.
    agent: false,
    lookup: pinTo(addresses),
    signal,
  }
  return new Promise((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? requestHttps({ ...options, rejectUnauthorized: true })
        : requestHttp(options)
    let status: number | null = null
    asked.on('response', (answer) => {
      status = answer.statusCode ?? 0
      drain(answer)
    })
    const settle = (error: Error) => (status === null ? reject(error) : resolve(status))
    asked.on('error', settle)
    // Also where the server switches to another protocol, which is no answer.
    asked.on('close', () => settle(new Error('closed without an answer')))
    asked.end(body)
  })
}

/** What the server says is of no interest beyond its status, but hanging up at once would be rude. */
function drain(answer: IncomingMessage): void {
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes >= ANSWER_BYTES_MAX) answer.destroy()
  })
  answer.on('error', () => undefined)
}

/**
 * The look-up that the connection uses: it knows the checked addresses alone, so DNS has no second
 * chance to answer differently.
 */
export function pinTo(addresses: string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_name, options, answer) => {
    if (options.all === true) answer(null, all)
    else answer(null, all[0]!.address, all[0]!.family)
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    work.then(resolve, reject)
  })
}

const SENTENCES: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was cut off.',
  EHOSTUNREACH: 'The host can’t be reached.',
  ENETUNREACH: 'The host can’t be reached.',
  ETIMEDOUT: 'The host can’t be reached.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is signed by itself.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate can’t be verified.',
}

/** By the code alone: a message could repeat what the server sent, or the URL. */
function sentenceFor(error: unknown): string {
  const given = error instanceof AggregateError ? (error.errors as unknown[])[0] : error
  const code =
    given instanceof Error && 'code' in given && typeof given.code === 'string' ? given.code : ''
  return SENTENCES[code] ?? `The connection failed${code === '' ? '' : ` (${code})`}.`
}
