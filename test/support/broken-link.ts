import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Connection } from '#db/connection.ts'

/** A way to the database by TCP that can break as a network does. */
export interface BrokenLink {
  connection: Exclude<Connection, { url: string }>
  /** Ends every connection and refuses new ones, until it is mended. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** Every connection is reset, as a crashed machine's are; new ones are let through. */
  reset(): void
  /** Nothing comes through the connections there are, and nobody is told. */
  silence(): void
}

export async function openLink(to: Connection): Promise<BrokenLink> {
  if ('url' in to) throw new Error('the embedded database has a socket, not a URL')
  const open = new Map<Socket, Socket>()
  let server: Server | null = null
  let port = 0

  const cut = async () => {
    const closing = server
    server = null
    if (closing === null) return
    const closed = new Promise((resolve) => closing.close(resolve))
    for (const near of open.keys()) near.destroy()
    await closed
  }
  const mend = async () => {
    if (server !== null) return
    const mended = createServer((near) => {
      const far = connect(join(to.host, `.s.PGSQL.${to.port}`))
      open.set(near, far)
      for (const socket of [near, far]) {
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          open.delete(near)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far).pipe(near)
    })
    server = mended
    await new Promise<void>((listening) => mended.listen(port, '127.0.0.1', listening))
    port = (mended.address() as AddressInfo).port
  }

  await mend()
  return {
    connection: { ...to, host: '127.0.0.1', port },
    cut,
    mend,
    reset: () => {
      for (const near of open.keys()) near.resetAndDestroy()
    },
    silence: () => {
      for (const [near, far] of open) near.unpipe(far).pause()
      for (const [near, far] of open) far.unpipe(near).pause()
    },
  }
}
