import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createHttpServer, PATIENCE, writeReply } from './node-server.ts'
import { problemReply } from './problem.ts'
import { newRequestId } from './request-id.ts'

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** The settings of the port. */
export interface GateSettings {
  HOST: string
  PORT: number
  FIRST_BYTE_SECONDS: number
  CONNECTIONS_MAX: number
}

export interface Gate {
  port: number
  open(handler: Handle): void
  /** Settles when the last answer is out. */
  close(): Promise<void>
}

/** Takes the port at once and lets requests wait until a handler is there. */
export async function openGate(
  settings: GateSettings,
  publicUrlOf: (port: number) => string,
): Promise<Gate> {
  let open!: (handler: Handle) => void
  let handler: Handle | null = null
  let port = settings.PORT
  const opened = new Promise<Handle>((resolve) => (open = resolve))
  const server = createHttpServer(
    (request, response) => {
      if (handler !== null) handler(request, response)
      else void opened.then((ready) => ready(request, response))
    },
    {
      ...PATIENCE,
      firstByteMsMax: settings.FIRST_BYTE_SECONDS * 1000,
      connectionsMax: settings.CONNECTIONS_MAX,
    },
    () => publicUrlOf(port),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error))
    server.listen(settings.PORT, settings.HOST, resolve)
  })
  port = (server.address() as AddressInfo).port
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()))
  const admit = (ready: Handle): void => {
    handler = ready
    open(ready)
  }
  return {
    port,
    open: admit,
    close: async () => {
      // The port closes with every connection in its queue; this turn of the loop takes them in.
      await nextTurn()
      if (handler === null) admit(refuse(publicUrlOf(port)))
      if (server.listening) server.close()
      await closed
    },
  }
}

/** The answer to a request that waited while the portal stopped before it was ready. */
function refuse(publicUrl: string): Handle {
  return (request, response) => {
    const requestId = newRequestId()
    const reply = problemReply({ publicUrl, requestId }, 'unavailable')
    writeReply(request, response, reply, { 'x-request-id': requestId }, () => undefined)
  }
}
