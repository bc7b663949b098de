import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'
import type { Receipted } from './stream/tap.ts'
import { respondToStop, respondWithStream, type WebRequest } from './servers/web-response.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/** What is used of Hono's `Context`. */
export interface Context {
  readonly req: { readonly raw: WebRequest }
}

/**
 * Answers with server-sent events that end in the receipt, wherever Hono runs. When the reader
 * leaves, the model call is aborted. The options and events are `receiptStream`'s.
 *
 * @example
 * app.post('/chat', async (c) => {
 *   const body = await c.req.json()
 *   return sendReceiptStream(c, counterfoil, (signal) => askModel(body, signal))
 * })
 */
export const sendReceiptStream = <T>(
  context: Context,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): Promise<Response & Receipted> => respondWithStream(context.req.raw, counterfoil, source, options)

/**
 * For the same path with DELETE: a reader's Stop ends the answer with its partial receipt.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export const stopReceiptStream = (context: Context): Response => respondToStop(context.req.raw)
