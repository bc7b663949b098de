import { anySignal } from './any-signal.ts'
import type { StreamSource } from '../stream/open-source.ts'
import { receiptResponse } from '../stream/receipt-response.ts'
import { stopStream, STREAM_HEADER } from '../stream/stop-stream.ts'
import type { ReceiptStreamOptions, StreamSigner } from '../stream/stream-options.ts'
import type { Receipted } from '../stream/tap.ts'

/** The members of a `Request` that are used. */
export interface WebRequest {
  readonly signal: AbortSignal
  readonly headers: { get(name: string): string | null }
}

/** Sends `receiptResponse`; the stream ends when the request ends. */
export function respondWithStream<T>(
  request: WebRequest,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
): Promise<Response & Receipted> {
  const signal = anySignal(request.signal, options.signal)
  return receiptResponse(counterfoil, source, { ...options, signal })
}

/** Stops the stream that the request's headers name: 204, or 404 for an unknown stream. */
export const respondToStop = (request: Pick<WebRequest, 'headers'>): Response =>
  new Response(null, { status: stopStream(request.headers.get(STREAM_HEADER)) })
