import { Buffer } from 'node:buffer'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Ctx } from '#app/context.ts'
import { findTarget, resolveByDns, type Resolve, type Target } from './webhook-address.ts'

/** The portal reads no more of an answer and keeps none of it. */
const ANSWER_BYTES_MAX = 4_096
const TIMEOUT_MS = 10_000

/** The way to the network outside; tests bring their own resolver. */
export interface Reach {
  resolve: Resolve
  /** From the look-up to the end of the answer. */
  timeoutMs: number
}
export const REACH: Reach = { resolve: resolveByDns, timeoutMs: TIMEOUT_MS }

export type PostResult = { kind: 'answered'; status: number } | { kind: 'failed'; error: string }

/**
 * One POST to another party's server. A redirect counts as an answer like any other: the portal
 * follows none, because it could lead to an inner address. Never throws for what that server does.
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

/** Connects to a checked address, over TLS for the name in the URL. Gives the status. */
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
    // A new connection each time: a kept one leads to an address that was checked earlier.
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
    // A server that switches to another protocol closes without an answer.
    asked.on('close', () => settle(new Error('closed without an answer')))
    asked.end(body)
  })
}

/** The portal needs only the status. It reads a little more, so that it cuts no usual answer off. */
function drain(answer: IncomingMessage): void {
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes >= ANSWER_BYTES_MAX) answer.destroy()
  })
  answer.on('error', () => undefined)
}

/**
 * The look-up that the connection uses. It knows the checked addresses alone, so that DNS can't
 * answer differently a second time (DNS rebinding).
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

/** Uses the error's code alone: its message could repeat the URL or the server's bytes. */
function sentenceFor(error: unknown): string {
  const given = error instanceof AggregateError ? (error.errors as unknown[])[0] : error
  const code =
    given instanceof Error && 'code' in given && typeof given.code === 'string' ? given.code : ''
  return SENTENCES[code] ?? `The connection failed${code === '' ? '' : ` (${code})`}.`
}
