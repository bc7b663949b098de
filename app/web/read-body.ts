import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'

export const BODY_BYTES_MAX = 64 * 1024
export const RECEIPT_BODY_BYTES_MAX = 1024 * 1024
export const BATCH_BODY_BYTES_MAX = 4 * 1024 * 1024

/**
 * The body, counted on the wire; null as soon as it is over the limit. The portal never unpacks a
 * compressed body, so that a small one can't become large.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null
  // A request that is closed already tells so no second time.
  if (request.destroyed && !request.complete) throw new ClientGone()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let [length, count] = [0, 0]
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (isCrumbled(++count, length)) request.destroy()
      if (length > bytesMax) {
        request.pause()
        resolve(null)
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    // Node's error for a client that hangs up has the code of a broken database connection.
    request.on('error', () => reject(new ClientGone()))
    request.on('close', () => {
      if (!request.complete) reject(new ClientGone())
    })
  })
}

const CRUMBS_MAX = 2_000
const CRUMB_BYTES = 16

/**
 * Whether a body comes in very many tiny pieces. Each piece costs Node as much as a large one: a
 * mebibyte in pieces of one byte takes seconds.
 */
const isCrumbled = (count: number, length: number): boolean =>
  count > CRUMBS_MAX && length < count * CRUMB_BYTES

const DISCARD_BYTES_MAX = 16 * 1024 * 1024
const DISCARD_MS_MAX = 2_000

/**
 * Reads the rest of a refused body and throws it away, within limits: a client that is still sending
 * when its connection closes would never see the answer.
 */
export function discardBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.destroyed) {
      resolve()
      return
    }
    // A reader that has stopped at its limit would pause the request again at each chunk.
    request.removeAllListeners('data')
    let [length, count] = [0, 0]
    const done = () => {
      clearTimeout(late)
      resolve()
    }
    const late = setTimeout(done, DISCARD_MS_MAX)
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (isCrumbled(++count, length)) request.destroy()
      if (length > DISCARD_BYTES_MAX) done()
    })
    for (const event of ['end', 'close', 'error']) request.on(event, done)
    request.resume()
  })
}

/** The client closed the connection before its request was whole, so that no answer can reach it. */
export class ClientGone extends Error {
  override name = 'ClientGone'
}
