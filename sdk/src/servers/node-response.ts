import { anySignal } from './any-signal.ts'
import type { StreamSource } from '../stream/open-source.ts'
import { receiptResponse } from '../stream/receipt-response.ts'
import { stopStream, STREAM_HEADER } from '../stream/stop-stream.ts'
import type { ReceiptStreamOptions, StreamSigner } from '../stream/stream-options.ts'
import type { SignedReceipt } from '../details.ts'

/** The members of `http.ServerResponse` that are used; Express's and Fastify's have them too. */
export interface NodeResponse {
  readonly destroyed: boolean
  readonly writableEnded: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(bytes: Uint8Array): boolean
  end(): unknown
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** The members of `http.IncomingMessage` that are used. */
export interface NodeRequest {
  readonly headers: Record<string, string | string[] | undefined>
}

/** Sends `receiptResponse`. Never rejects: an event tells the reader of a failure. */
export async function writeReceiptStream<T>(
  response: NodeResponse,
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
): Promise<SignedReceipt | null> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.on('close', leave)
  // A broken connection means that the reader left. Without a listener, `error` ends the process.
  response.on('error', leave)
  if (response.destroyed) leave()
  const signal = anySignal(gone.signal, options.signal)
  const answer = await receiptResponse(counterfoil, source, { ...options, signal })
  if (!response.destroyed) response.writeHead(answer.status, Object.fromEntries(answer.headers))
  await pump(answer.body!.getReader(), response)
  return answer.receipt
}

/** Writes the events, and waits for a slow reader, so that nothing is read ahead. */
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

/** Stops the stream that the headers name, and gives the status of the answer. */
export function stopFromHeaders(headers: NodeRequest['headers']): 204 | 404 {
  const streamId = headers[STREAM_HEADER]
  return stopStream(typeof streamId === 'string' ? streamId : null)
}
