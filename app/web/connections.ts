import { Server, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { problemReply } from './problem.ts'
import { newRequestId } from './request-id.ts'

export interface ConnectionLimits {
  /** Connections that the server keeps at the same time; a further one gets a 503. */
  connectionsMax: number
  /** For a new connection to send its first byte. */
  firstByteMsMax: number
  /** Without a single byte sent or read, once a request has come. */
  silenceMsMax: number
}

/** Requests in flight get this long when the portal stops. */
const STOP_MS_MAX = 10_000
/**
 * While the portal stops, a connection is idle after this time without a byte: the next request of a
 * client that was answered a moment ago may be on its way, and would meet a reset.
 */
const IDLE_MS = 500
const SWEEP_MS = 20

/** Refused connections that may read their 503; beyond it they are closed without a word. */
const REFUSED_MAX = 256
const REFUSED_MS_MAX = 1_000

/** Requests that one connection may send ahead of their answers. */
const OWED_MAX = 8

interface Place {
  /** Answers that the portal owes on this connection, and the one to the newest request. */
  owed: number
  newest: ServerResponse | null
  isNew: boolean
  /** The time since which nothing is owed, and the bytes that had come by then. */
  quietSince: number
  bytesRead: number
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/**
 * node:http's server, with a limit to its connections and an orderly end: once `close` is called,
 * every answer says `Connection: close`, and the server is closed when the last answer is out.
 */
export class ConnectionServer extends Server {
  readonly #limits: ConnectionLimits
  readonly #publicUrl: () => string
  readonly #places = new Map<Socket, Place>()
  #refused = 0
  #isClosing = false

  constructor(
    options: ServerOptions,
    limits: ConnectionLimits,
    publicUrl: () => string,
    handle: Handle,
  ) {
    super(options)
    this.#limits = limits
    this.#publicUrl = publicUrl
    this.setTimeout(limits.silenceMsMax)
    this.on('connection', (socket) => this.#admit(socket))
    this.on('request', (request, response) => {
      const place = this.#places.get(request.socket)
      // A refused connection has its answer already.
      if (place === undefined) return void request.resume()
      this.#expect(place, response)
      // A client that asks for much and reads nothing would fill the memory with answers.
      if (place.owed > OWED_MAX) return void request.socket.destroy()
      handle(request, response)
    })
  }

  /** `close` calls it. Node's own would also end a connection whose next request is on its way. */
  override closeIdleConnections(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    for (const { owed, newest } of this.#places.values())
      if (owed > 0 && newest !== null) newest.shouldKeepAlive = false
    const sweeping = setInterval(() => this.#sweep(), SWEEP_MS)
    const force = setTimeout(() => this.closeAllConnections(), STOP_MS_MAX)
    this.once('close', () => {
      clearInterval(sweeping)
      clearTimeout(force)
    })
    this.#sweep()
  }

  #admit(socket: Socket): void {
    if (this.#places.size >= this.#limits.connectionsMax) {
      this.#refuse(socket)
      return
    }
    const quietSince = performance.now()
    this.#places.set(socket, { owed: 0, newest: null, isNew: true, quietSince, bytesRead: 0 })
    socket.setTimeout(this.#limits.firstByteMsMax)
    socket.once('close', () => this.#places.delete(socket))
  }

  #expect(place: Place, response: ServerResponse): void {
    place.owed++
    place.newest = response
    if (place.isNew) {
      place.isNew = false
      response.req.socket.setTimeout(this.#limits.silenceMsMax)
    }
    if (this.#isClosing) response.shouldKeepAlive = false
    response.once('close', () => {
      place.owed--
      place.quietSince = performance.now()
      place.bytesRead = response.req.socket.bytesRead
    })
  }

  /** Ends the idle connections. Bytes that came since the last answer are a request that arrives. */
  #sweep(): void {
    const idleSince = performance.now() - IDLE_MS
    for (const [socket, { owed, quietSince, bytesRead }] of this.#places)
      if (owed === 0 && quietSince <= idleSince && socket.bytesRead === bytesRead) socket.destroy()
  }

  /** Answers at once, before any request, so that a crowd of silent connections holds no socket. */
  #refuse(socket: Socket): void {
    if (this.#refused >= REFUSED_MAX) {
      socket.destroy()
      return
    }
    this.#refused++
    // A connection that is closed with unread bytes is reset, and its client loses the answer.
    const late = setTimeout(() => socket.destroy(), REFUSED_MS_MAX)
    socket.once('close', () => {
      this.#refused--
      clearTimeout(late)
    })
    socket.end(refusal(this.#publicUrl()))
  }
}

/** A whole answer as bytes, for a connection whose request nobody reads. */
function refusal(publicUrl: string): string {
  const requestId = newRequestId()
  const detail =
    'The portal has as many connections as it takes. Send the same request again later.'
  const { headers, body } = problemReply({ publicUrl, requestId }, 'unavailable', { detail })
  const lines = Object.entries({
    ...headers,
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body as string),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  return `HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}\r\n${body as string}`
}
