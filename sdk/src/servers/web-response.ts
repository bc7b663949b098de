import { receiptResponse, stopStream, STREAM_HEADER } from '../sse.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from '../sse.ts'
import type { Receipted } from '../stream/tap.ts'

/** What is used of a `Request`. */
export interface WebRequest {
  readonly signal: AbortSignal
  readonly headers: { get(name: string): string | null }
}

/** `receiptResponse`, which also ends when the request does. */
export function respondWithStream<T>(
  request: WebRequest,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
): Promise<Response & Receipted> {
  const signal =
    options.signal === undefined
      ? request.signal
      : AbortSignal.any([request.signal, options.signal])
  return receiptResponse(counterfoil, source, { ...options, signal })
}

export const respondToStop = (request: Pick<WebRequest, 'headers'>): Response =>
  new Response(null, { status: stopStream(request.headers.get(STREAM_HEADER)) })
