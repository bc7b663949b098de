// What stands between node:http and a handler that takes a Request and gives a Response. In Next.js
// and in Remix the framework does this.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'

/** Gives the server's address. The request's signal aborts when the reader hangs up. */
export async function serveWeb(port, handle) {
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    const hasBody = incoming.method === 'POST'
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method,
      headers: new Headers(Object.entries(incoming.headers).filter(([, v]) => !Array.isArray(v))),
      signal: gone.signal,
      ...(hasBody ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}),
    })
    try {
      const response = await handle(request)
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      if (response.body === null) outgoing.end()
      else
        Readable.fromWeb(response.body)
          .on('error', () => outgoing.destroy())
          .pipe(outgoing)
    } catch (error) {
      console.error(error)
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end()
    }
  })
  server.listen(port)
  await once(server, 'listening')
  return `http://localhost:${server.address().port}`
}
