import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '#db/connection.ts'

/** A way to the database that can be cut and mended, as a network can. */
export interface BrokenLink {
  connection: Connection
  cut(): Promise<void>
  mend(): Promise<void>
  remove(): Promise<void>
}

export async function openLink(to: Connection): Promise<BrokenLink> {
  if ('url' in to) throw new Error('the embedded database has a socket, not a URL')
  const folder = await mkdtemp(join(tmpdir(), 'link-'))
  const name = `.s.PGSQL.${to.port}`
  const open = new Set<Socket>()
  let server: Server | null = null

  const cut = async () => {
    const closing = server
    server = null
    if (closing === null) return
    const closed = new Promise((resolve) => closing.close(resolve))
    for (const socket of open) socket.destroy()
    await closed
  }
  const mend = async () => {
    if (server !== null) return
    const mended = createServer((near) => {
      const far = connect(join(to.host, name))
      for (const socket of [near, far]) {
        open.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          open.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far).pipe(near)
    })
    server = mended
    await new Promise<void>((listening) => mended.listen(join(folder, name), listening))
  }

  await mend()
  return {
    connection: { ...to, host: folder },
    cut,
    mend,
    remove: async () => {
      await cut()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
