import type { CheckOptions } from './check-receipt.ts'
import { StreamError } from './stream-error.ts'

const STREAM_HEADER = 'counterfoil-stream'
/** A reader's Stop waits this long for the service, then hangs up. */
export const STOP_MS_MAX = 3_000

/** Opens the bytes of an event stream. Throws a `StreamError` for any other response. */
export async function openBody(
  response: Response,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { status } = response
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) {
    const problem = await response.text().catch(() => '')
    const isCap = status === 402 && problem.includes('"cap_exceeded"')
    if (isCap) throw new StreamError('cap_exceeded', 'No further receipts at present.', { status })
    throw new StreamError('http_error', `The service answered ${status}.`, { status })
  }
  if (!type.toLowerCase().startsWith('text/event-stream') || response.body === null) {
    await response.body?.cancel()
    throw new StreamError('not_a_stream', `The answer is no event stream: ${type}`, { status })
  }
  return response.body.getReader()
}

/** Sends Stop to the service. False: the service runs no such stream, or did not answer. */
export async function askToStop(
  response: Response,
  options: { fetch?: CheckOptions['fetch']; stopRequest?: RequestInit | undefined },
): Promise<boolean> {
  const streamId = response.headers.get(STREAM_HEADER)
  if (streamId === null || response.url === '') return false
  const { headers, ...more } = options.stopRequest ?? {}
  const all = new Headers(headers)
  all.set(STREAM_HEADER, streamId)
  try {
    const send = options.fetch ?? ((...given: Parameters<typeof fetch>) => fetch(...given))
    const signal = AbortSignal.timeout(STOP_MS_MAX)
    const answer = await send(response.url, { signal, ...more, method: 'DELETE', headers: all })
    return answer.ok
  } catch {
    return false
  }
}

/** A thrown value as a `StreamError`; a thrown `StreamError` stays as it is. */
export const asStreamError = (thrown: unknown): StreamError =>
  thrown instanceof StreamError
    ? thrown
    : new StreamError('connection_lost', 'The connection broke off.', { cause: thrown })
