import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpServer } from './node-server.ts'

/** Requests in flight get this long when the portal stops. */
const STOP_MS_MAX = 10_000

type Handle = (request: IncomingMessage, response: ServerResponse) => void

export interface Address {
  HOST: string
  PORT: number
}

export interface Gate {
  port: number
  open(handler: Handle): void
  close(): Promise<void>
}

/** Takes the port at once and lets requests wait until a handler is there. */
export async function openGate(settings: Address): Promise<Gate> {
  let open!: (handler: Handle) => void
  let handler: Handle | null = null
  const opened = new Promise<Handle>((resolve) => (open = resolve))
  const server = createHttpServer((request, response) => {
    if (handler !== null) handler(request, response)
    else void opened.then((ready) => ready(request, response))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error))
    server.listen(settings.PORT, settings.HOST, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    open: (ready) => {
      handler = ready
      open(ready)
    },
    close: () => closeServer(server),
  }
}

/** Closes idle connections at once; answers in progress get STOP_MS_MAX. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve()
      return
    }
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}
