import type { SignedReceipt } from './details.ts'
import { stopFromHeaders, writeReceiptStream } from './servers/node-response.ts'
import type { NodeRequest, NodeResponse } from './servers/node-response.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/** What is used of a `FastifyReply`. */
export interface Reply {
  readonly raw: NodeResponse
  hijack(): unknown
  getHeaders(): Record<string, unknown>
}

/** As `Reply`, for an answer without a stream. */
export interface StatusReply {
  code(status: number): { send(): unknown }
}

/**
 * Answers with server-sent events that end in the receipt. Headers that plugins have set (CORS)
 * are kept. When the reader leaves, the model call is aborted. Never rejects; gives the receipt, or
 * null where there is none. The options and events are `receiptStream`'s.
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
  // Fastify's own sending would put its hooks, a compressing one perhaps, between us and the reader.
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
 * For the same path with DELETE: a reader's Stop ends the answer with its partial receipt.
 *
 * @example
 * app.delete('/chat', stopReceiptStream)
 */
export function stopReceiptStream(request: NodeRequest, reply: StatusReply): unknown {
  return reply.code(stopFromHeaders(request.headers)).send()
}
