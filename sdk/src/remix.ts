import type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'
import type { Receipted } from './stream/tap.ts'
import { respondToStop, respondWithStream, type WebRequest } from './servers/web-response.ts'

export type { ReceiptStreamOptions, StreamSigner, StreamSource } from './sse.ts'

/**
 * A resource route's answer, for Remix 2 and React Router 7: server-sent events that end in the
 * receipt. When the reader leaves, the model call is aborted. The options and events are
 * `receiptStream`'s.
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

/** For DELETE: a reader's Stop ends the answer with its partial receipt. */
export const stopReceiptStream = (request: Pick<WebRequest, 'headers'>): Response =>
  respondToStop(request)
