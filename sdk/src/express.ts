import type { SignedReceipt } from './details.ts'
import { stopFromHeaders, writeReceiptStream } from './servers/node-response.ts'
import type { NodeRequest, NodeResponse } from './servers/node-response.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

export type { NodeRequest, NodeResponse } from './servers/node-response.ts'
export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/**
 * Answers with server-sent events that end in the receipt; for Express 4 and 5, and for any
 * `http.ServerResponse`. When the reader leaves, the model call is aborted. Never rejects; gives
 * the receipt, or null where there is none. The options and events are `receiptStream`'s.
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
 * For the same path with DELETE: lets `useReceiptStream` and `reader.stop()` end the answer and
 * still get its partial receipt. Without it they hang up, and the model stops all the same.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export function stopReceiptStream(request: NodeRequest, response: NodeResponse): void {
  response.writeHead(stopFromHeaders(request.headers), {})
  response.end()
}
