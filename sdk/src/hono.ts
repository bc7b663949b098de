import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'
import type { Receipted } from './stream/tap.ts'
import { respondToStop, respondWithStream, type WebRequest } from './servers/web-response.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/** The members of Hono's `Context` that are used. */
export interface Context {
  readonly req: { readonly raw: WebRequest }
}

/**
 * Answers with server-sent events that end with the receipt, on every platform of Hono. When the
 * reader leaves, the model call is aborted. Never rejects. The options and events are those of
 * `receiptStream`.
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
 * The handler for DELETE on the same path: the reader's Stop ends the answer with its partial
 * receipt.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export const stopReceiptStream = (context: Context): Response => respondToStop(context.req.raw)
