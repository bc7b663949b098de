import { isRefused, startStream, takePlace } from './stream/answer-stream.ts'
import type { ReceiptStream, ReceiptStreamOptions, StreamSigner } from './stream/answer-stream.ts'
import type { StreamSource } from './stream/open-source.ts'
import type { Place } from './stream/reserve-place.ts'
import { STREAM_HEADER } from './stream/stop-stream.ts'
import type { Receipted } from './stream/tap.ts'

export type { StreamSource } from './stream/open-source.ts'
export { STREAM_HEADER, stopStream } from './stream/stop-stream.ts'
export type { ReceiptStream, ReceiptStreamOptions, StreamSigner } from './stream/answer-stream.ts'

/**
 * An answer as server-sent events, with its receipt as the last one:
 *
 * - `{"type":"text","text":"…"}` for each piece;
 * - `{"type":"error"}` where the provider failed, with `message` if `onProviderError` gave one;
 * - at the end `{"type":"receipt","receiptId":"rec_…","verifyUrl":"https://…"}`, or
 *   `{"type":"receipt","error":"cap_exceeded"}`, or with `not_signed` where there is none.
 *
 * Nothing is read ahead of the reader. When the reader leaves, the source is stopped and the
 * receipt says `partial`, `aborted`, over exactly the pieces that were sent. A source that was
 * tapped before keeps its own receipt; what `options` say of the receipt is not used then.
 *
 * @example
 * receiptStream(counterfoil, (signal) => openai.chat.completions.create(
 *   { model: 'gpt-5', messages, stream: true }, { signal },
 * ), { model: 'gpt-5', provider: 'openai' })
 */
export function receiptStream<T>(
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): ReceiptStream {
  return startStream(counterfoil, source, options, null)
}

/**
 * As `receiptStream`, as a whole `Response`: 200 with the headers that keep proxies from holding
 * events back, or 402 with the portal's problem (`onCapExceeded: 'refuse'`).
 *
 * @example
 * export const POST = (request) =>
 *   receiptResponse(counterfoil, (signal) => askModel(request, signal), { signal: request.signal })
 */
export async function receiptResponse<T>(
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): Promise<Response & Receipted> {
  const place = await takePlace(counterfoil, options)
  if (place.kind === 'refused' && isRefused(place, options)) return refuse(place, options.headers)
  const stream = startStream(counterfoil, source, options, place)
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    // no-transform: a compressing middleware would gather events until its buffer is full.
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    [STREAM_HEADER]: stream.streamId,
    ...options.headers,
  }
  return Object.assign(new Response(stream, { headers }), { receipt: stream.receipt })
}

function refuse(
  { problem }: Place & { kind: 'refused' },
  headers: Record<string, string> | undefined,
): Response & Receipted {
  // The portal's own words may name the account and its pages: a reader needs neither.
  const { status, code, resetsAt } = problem
  const title = 'No further receipts can be signed at present'
  const response = new Response(JSON.stringify({ title, status, code, resetsAt }), {
    status: 402,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
  return Object.assign(response, { receipt: Promise.resolve(null) })
}
