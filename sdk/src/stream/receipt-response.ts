import { startStream } from './answer-stream.ts'
import type { StreamSource } from './open-source.ts'
import { isRefused, takePlace, type Place } from './reserve-place.ts'
import { STREAM_HEADER } from './stop-stream.ts'
import type { ReceiptStream, ReceiptStreamOptions, StreamSigner } from './stream-options.ts'
import type { Receipted } from './tap.ts'

/**
 * Sends an answer as server-sent events. The last event is the receipt:
 *
 *     data: {"type":"text","text":"…"}                  each piece
 *     data: {"type":"error","message":"…"}              the provider failed
 *     data: {"type":"receipt","receiptId":"rec_…","verifyUrl":"https://…"}
 *     data: {"type":"receipt","error":"cap_exceeded"}   or "not_signed": the answer has no receipt
 *
 * `message` is present only if `onProviderError` returned a text. The source is read only as fast
 * as the reader reads. When the reader leaves, the source is stopped; the receipt then says
 * `partial`, `aborted`, and covers exactly the sent pieces. A source that was tapped before keeps
 * its own receipt, and the details in `options` are not used.
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
 * Sends `receiptStream` as a whole `Response`: 200 with headers that stop proxies from holding
 * events back. If the cap is full and `onCapExceeded` is `refuse`, the response is 402 with a
 * problem document (RFC 9457). Never rejects.
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
    // no-transform: a compressing middleware would collect events until its buffer is full.
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
  // The portal's text may name the account and its pages, which readers must not see.
  const { status, code, resetsAt } = problem
  const title = 'No further receipts can be signed at present'
  const response = new Response(JSON.stringify({ title, status, code, resetsAt }), {
    status: 402,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
  return Object.assign(response, { receipt: Promise.resolve(null) })
}
