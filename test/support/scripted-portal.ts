import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'

/** A request as it came, with its body's JSON. */
export interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  bytes: number
  receipts: { receipt: string; reservation?: string }[]
}

/** What to answer. `drop`: take the request in, and then hang up without a word. */
export type Reply =
  'drop' | { status: number; headers?: Record<string, string>; json?: unknown; text?: string }

/** An HTTP server where a portal should be, which answers as a test wants it to. */
export interface ScriptedPortal {
  origin: string
  asked: Asked[]
  /** Used up one after the other; then `otherwise`. */
  script: ((asked: Asked) => Reply)[]
  otherwise: (asked: Asked) => Reply
  close(): Promise<void>
}

/** A portal's own answer to a batch: all of them stored. */
export const storeAll = ({ receipts }: Asked): Reply => ({
  status: 200,
  json: { results: receipts.map(({ receipt }) => stored(receipt)), usage: {} },
})

export const stored = (receipt: string, status = 201): object => ({
  status,
  result: { receiptId: receiptIdOf(receiptDigest(receipt)), verifyUrl: '', log: {} },
})

export const problem = (status: number, code: string, members: object = {}): object => ({
  status,
  problem: { status, code, detail: `because of ${code}`, ...members },
})

/** A refusal of the whole request. */
export const refuse = (status: number, code: string, headers = {}, members = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  json: { status, code, detail: `because of ${code}`, ...members },
})

export async function startScriptedPortal(): Promise<ScriptedPortal> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { receipts = [] } = (body.length === 0 ? {} : JSON.parse(body.toString())) as {
        receipts?: Asked['receipts']
      }
      const { method = '', url = '', headers } = request
      const asked = { method, path: url, headers, bytes: body.length, receipts }
      portal.asked.push(asked)
      const reply = (portal.script.shift() ?? portal.otherwise)(asked)
      if (reply === 'drop') {
        request.socket.destroy()
        return
      }
      response.writeHead(reply.status, reply.headers)
      response.end(reply.text ?? JSON.stringify(reply.json))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const portal: ScriptedPortal = {
    origin: `http://127.0.0.1:${port}`,
    asked: [],
    script: [],
    otherwise: storeAll,
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return portal
}
