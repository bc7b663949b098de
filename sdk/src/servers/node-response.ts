import { receiptResponse, stopStream, STREAM_HEADER } from '../sse.ts'
import type { ReceiptStreamOptions, StreamSigner, StreamSource } from '../sse.ts'
import type { SignedReceipt } from '../details.ts'

/** What is used of `http.ServerResponse`, and so of Express's and Fastify's. */
export interface NodeResponse {
  readonly destroyed: boolean
  readonly writableEnded: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(bytes: Uint8Array): boolean
  end(): unknown
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** What is used of `http.IncomingMessage`. */
export interface NodeRequest {
  readonly headers: Record<string, string | string[] | undefined>
}

/** Answers by `receiptResponse`. Never rejects: what goes wrong, the reader is told by an event. */
export async function writeReceiptStream<T>(
  response: NodeResponse,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
): Promise<SignedReceipt | null> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.on('close', leave)
  // A connection that breaks is a reader who left; without a listener it would end the process.
  response.on('error', leave)
  if (response.destroyed) leave()
  const signal = anySignal(gone.signal, options.signal)
  const answer = await receiptResponse(counterfoil, source, { ...options, signal })
  if (!response.destroyed) response.writeHead(answer.status, Object.fromEntries(answer.headers))
  await pump(answer.body!.getReader(), response)
  return answer.receipt
}

/** A slow reader is waited for: what they have not taken is not asked of the model. */
async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  response: NodeResponse,
): Promise<void> {
  let resume = (): void => undefined
  const drained = (): void => resume()
  const gone = (): void => {
    reader.cancel().catch(() => undefined)
    resume()
  }
  response.on('drain', drained)
  response.on('close', gone)
  if (response.destroyed) gone()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || response.destroyed) break
    const isFull = !response.write(value)
    if (isFull) await new Promise<void>((resolve) => (resume = resolve))
  }
  response.off('drain', drained)
  response.off('close', gone)
  if (!response.destroyed) response.end()
}

/** `AbortSignal.any` came with Node 20.3; every platform with this helper has it. */
const anySignal = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other === undefined ? one : AbortSignal.any([one, other])

/** The status with which a reader's Stop is answered. */
export function stopFromHeaders(headers: NodeRequest['headers']): 204 | 404 {
  const streamId = headers[STREAM_HEADER]
  return stopStream(typeof streamId === 'string' ? streamId : null)
}
