import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'

export const BODY_BYTES_MAX = 64 * 1024
export const RECEIPT_BODY_BYTES_MAX = 1024 * 1024
export const BATCH_BODY_BYTES_MAX = 4 * 1024 * 1024

/**
 * The body, counted on the wire; null as soon as it is over the limit. A compressed body is not
 * unpacked, so nothing small can become large.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > bytesMax) {
        request.pause()
        resolve(null)
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new ClientGone('the client left before its body was whole'))
    })
  })
}

/** Nobody is there to be answered. */
export class ClientGone extends Error {
  override name = 'ClientGone'
}
