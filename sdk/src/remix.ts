import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'
import type { Receipted } from './stream/tap.ts'
import { respondToStop, respondWithStream, type WebRequest } from './servers/web-response.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/**
 * Answers from a resource route of Remix 2 or React Router 7 with server-sent events that end with
 * the receipt. When the reader leaves, the model call is aborted. Never rejects. The options and
 * events are those of `receiptStream`.
 *
 * @example
 * export async function action({ request }: ActionFunctionArgs) {
 *   if (request.method === 'DELETE') return stopReceiptStream(request)
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

/** Answers DELETE on the same path: the reader's Stop ends the answer with its partial receipt. */
export const stopReceiptStream = (request: Pick<WebRequest, 'headers'>): Response =>
  respondToStop(request)
