import type { SignedReceipt } from './details.ts'
import { stopFromHeaders, writeReceiptStream } from './servers/node-response.ts'
import type { NodeRequest, NodeResponse } from './servers/node-response.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

export type { NodeRequest, NodeResponse } from './servers/node-response.ts'
export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/**
 * Answers with server-sent events that end with the receipt, for Express 4 and 5 and any
 * `http.ServerResponse`. When the reader leaves, the model call is aborted. Never rejects; resolves
 * with the receipt, or with null for an answer without a receipt. The options and events are those
 * of `receiptStream`.
 *
 * @example
 * app.post('/chat', (req, res) =>
 *   sendReceiptStream(res, counterfoil, (signal) => askModel(req.body, signal), { model: 'gpt-5' }),
 * )
 */
export const sendReceiptStream = <T>(
  response: NodeResponse,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): Promise<SignedReceipt | null> => writeReceiptStream(response, counterfoil, source, options)

/**
 * The handler for DELETE on the same path: `useReceiptStream` and `reader.stop()` end the answer
 * with it and still get the partial receipt. Without this handler they hang up; the model stops
 * too, but the reader gets no receipt.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export function stopReceiptStream(request: NodeRequest, response: NodeResponse): void {
  response.writeHead(stopFromHeaders(request.headers), {})
  response.end()
}
