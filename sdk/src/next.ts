import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'
import type { Receipted } from './stream/tap.ts'
import { respondToStop, respondWithStream, type WebRequest } from './servers/web-response.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/**
 * Answers from a route handler with server-sent events that end with the receipt. When the reader
 * leaves, the model call is aborted. Never rejects. The options and events are those of
 * `receiptStream`.
 *
 * @example
 * // app/api/chat/route.ts
 * export async function POST(request: Request) {
 *   const body = await request.json()
 *   return sendReceiptStream(request, counterfoil, (signal) => askModel(body, signal))
 * }
 */
export const sendReceiptStream = <T>(
  request: WebRequest,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): Promise<Response & Receipted> => respondWithStream(request, counterfoil, source, options)

/**
 * The handler for DELETE on the same path: the reader's Stop ends the answer with its partial
 * receipt.
 *
 * @example
 * export { stopReceiptStream as DELETE } from '@counterfoil/sdk/next'
 */
export const stopReceiptStream = (request: Request): Response => respondToStop(request)
