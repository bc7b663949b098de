import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { sha256 } from '../values/sha256.ts'
import { ConnectionServer, type ConnectionLimits } from './connections.ts'
import { byteLength, joinHeaders, type Reply } from './reply.ts'

const HEADER_BYTES_MAX = 16 * 1024

/** Limits for slow clients, in milliseconds: each client holds a socket, and sockets are few. */
export interface Patience extends ConnectionLimits {
  /** For a client to send all headers. */
  headersMsMax: number
  /** For a client to send the whole request. */
  requestMsMax: number
  /** The interval at which Node checks the first two limits. */
  checkMs: number
}

export const PATIENCE: Patience = {
  connectionsMax: 10_000,
  firstByteMsMax: 10_000,
  headersMsMax: 10_000,
  requestMsMax: 30_000,
  silenceMsMax: 60_000,
  checkMs: 2_000,
}

export const createHttpServer = (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  patience: Patience = PATIENCE,
  publicUrl: () => string = () => '',
): Server =>
  new ConnectionServer(
    {
      // Node counts a first request's headers from the moment that the connection is there.
      headersTimeout: Math.max(patience.headersMsMax, patience.firstByteMsMax),
      // Node refuses a limit for the request that is below the one for its headers.
      requestTimeout: Math.max(patience.requestMsMax, patience.firstByteMsMax),
      connectionsCheckingInterval: patience.checkMs,
      keepAliveTimeout: 65_000,
      maxHeaderSize: HEADER_BYTES_MAX,
      noDelay: true,
    },
    patience,
    publicUrl,
    handle,
  )

/**
 * Writes an answer: adds the headers of every answer, a strong ETag if `cache-control` allows
 * caching, 304 if the client has that ETag, and no body for HEAD. `onBroken` hears of a stream that
 * could not be written to its end.
 */
export function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  always: Record<string, string>,
  onBroken: (error: NodeJS.ErrnoException) => void,
): void {
  if (response.writableEnded || response.destroyed) return
  const headers: Record<string, string | string[] | number> = joinHeaders(always, reply.headers)
  let { status, body } = reply
  const cacheable =
    status === 200 && body !== null && /max-age=[1-9]/.test(String(headers['cache-control'] ?? ''))
  if (cacheable) {
    const etag = String(reply.headers.etag ?? etagOf(body!))
    headers.etag = etag
    const known = request.headers['if-none-match']
    if (
      known !== undefined &&
      known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
    ) {
      status = 304
      body = null
      delete headers['content-type']
    }
  }
  if (body !== null) headers['content-length'] = byteLength(body)
  else if (reply.stream === undefined && status !== 304 && status !== 204)
    headers['content-length'] = 0
  // The rest of an unread body would be taken for the next request on this connection.
  if (!request.complete) headers.connection = 'close'
  response.writeHead(status, headers)
  if (reply.stream !== undefined && request.method !== 'HEAD') {
    // A broken stream ends the connection, so that the client sees that its file is not whole.
    pipeline(Readable.from(reply.stream), response, (error) => {
      if (error) onBroken(error)
    })
    return
  }
  if (body === null || request.method === 'HEAD') response.end()
  else response.end(body)
  if (!request.complete) {
    response.once('finish', () => {
      request.socket.destroySoon()
    })
  }
}

export const etagOf = (body: Uint8Array | string): string =>
  `"${sha256(body).toString('base64url').slice(0, 27)}"`
