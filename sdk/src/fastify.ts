import type { SignedReceipt } from './details.ts'
import { stopFromHeaders, writeReceiptStream } from './servers/node-response.ts'
import type { NodeRequest, NodeResponse } from './servers/node-response.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/** The members of a `FastifyReply` that `sendReceiptStream` uses. */
export interface Reply {
  readonly raw: NodeResponse
  hijack(): unknown
  getHeaders(): Record<string, unknown>
}

/** The member of a `FastifyReply` that `stopReceiptStream` uses. */
export interface StatusReply {
  code(status: number): { send(): unknown }
}

/**
 * Answers with server-sent events that end with the receipt. Headers that plugins have set (CORS)
 * are kept. When the reader leaves, the model call is aborted. Never rejects; resolves with the
 * receipt, or with null for an answer without a receipt. The options and events are those of
 * `receiptStream`.
 *
 * @example
 * app.post('/chat', (request, reply) =>
 *   sendReceiptStream(reply, counterfoil, (signal) => askModel(request.body, signal)),
 * )
 */
export function sendReceiptStream<T>(
  reply: Reply,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T> = {},
): Promise<SignedReceipt | null> {
  // Fastify's own sending would run the hooks; a compressing hook would hold events back.
  reply.hijack()
  const headers = Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
  )
  return writeReceiptStream(reply.raw, counterfoil, source, {
    ...options,
    headers: { ...headers, ...options.headers },
  })
}

/**
 * The handler for DELETE on the same path: the reader's Stop ends the answer with its partial
 * receipt.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export function stopReceiptStream(request: NodeRequest, reply: StatusReply): unknown {
  return reply.code(stopFromHeaders(request.headers)).send()
}
