import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A webhook's server on this machine, which notes what it is sent. */
export interface Receiver {
  url: string
  got: { method: string; path: string; headers: IncomingHttpHeaders; body: string }[]
  /** What it answers from now on: a status, or by hand. */
  answer: number | ((response: ServerResponse) => void)
  close(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      receiver.got.push({ method, path: url, headers, body })
      if (typeof receiver.answer === 'function') receiver.answer(response)
      else response.writeHead(receiver.answer).end('seen')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://localhost:${port}/hook`,
    got: [],
    answer: 204,
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return receiver
}
