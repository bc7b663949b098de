import { connect, type Socket } from 'node:net'

export interface Load {
  port: number
  connections: number
  /** At most this long; less where the requests run out. */
  ms: number
  /** Requests a second; without it, as many as get through. */
  rate?: number
  /** Each is sent once, until there is none. */
  requests: { at(index: number): Buffer | undefined }
}

export interface Loaded {
  answers: number
  seconds: number
  perSecond: number
  p50: number
  p99: number
  /** With a rate: the longest, in ms, that this process itself was kept from its every millisecond. */
  stall: number
  /** How often each status came. */
  statuses: Record<string, number>
}

/** With a rate, the time in which connections that are new to the server are not yet measured. */
const OPENING_MS = 300

/**
 * Sends requests over kept connections, one at a time on each. It writes and reads sockets itself:
 * node:http's client costs more than the server it would measure, and would flatter the portal.
 *
 * With a rate, a request's time begins when it was due, also if it had to wait for a connection: a
 * portal that stalls can't hide it by not being asked.
 */
export async function runLoad(load: Load): Promise<Loaded> {
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.port)))
  const statuses: Record<string, number> = {}
  const times: number[] = []
  const begin = performance.now()
  const end = begin + load.ms
  let sent = 0
  let answers = 0
  let ended = begin
  let stall = 0

  const next = (): Buffer | undefined =>
    performance.now() < end ? load.requests.at(sent) : undefined
  const exchange = async (socket: Socket, request: Buffer, due: number): Promise<void> => {
    sent++
    const status = await send(socket, request)
    ended = performance.now()
    statuses[status] = (statuses[status] ?? 0) + 1
    answers++
    if (load.rate === undefined || due > begin + OPENING_MS) times.push(ended - due)
  }
  const full = async (socket: Socket): Promise<void> => {
    for (let request = next(); request; request = next())
      await exchange(socket, request, performance.now())
  }
  const paced = async (rate: number): Promise<void> => {
    const idle = [...sockets]
    const due: number[] = []
    const work: Promise<void>[] = []
    let planned = 0
    let last = begin
    const feed = (): void => {
      while (idle.length > 0 && due.length > 0) {
        const request = next()
        if (request === undefined) return
        const socket = idle.pop()!
        const done = exchange(socket, request, due.shift()!).then(() => {
          idle.push(socket)
          feed()
        })
        work.push(done)
      }
    }
    while (performance.now() < end) {
      const now = performance.now()
      stall = Math.max(stall, now - last)
      last = now
      for (; begin + (planned / rate) * 1000 <= now; planned++)
        due.push(begin + (planned / rate) * 1000)
      feed()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(work)
  }

  await (load.rate === undefined ? Promise.all(sockets.map(full)) : paced(load.rate))
  for (const socket of sockets) socket.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  const seconds = (ended - begin) / 1000
  return {
    answers,
    seconds,
    perSecond: answers / seconds,
    p50: at(0.5),
    p99: at(0.99),
    stall,
    statuses,
  }
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })

/** One request and its whole answer; the status. */
function send(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let head: Buffer | null = null
    let status = 0
    /** Bytes still to come; undefined: in chunks, until the empty one. */
    let left: number | undefined
    const finish = (error: Error | null): void => {
      socket.off('data', take)
      socket.off('close', gone)
      if (error) reject(error)
      else resolve(status)
    }
    const gone = (): void => finish(new Error('the server closed the connection'))
    const take = (chunk: Buffer): void => {
      if (status !== 0) {
        if (left !== undefined) left -= chunk.length
      } else {
        head = head === null ? chunk : Buffer.concat([head, chunk])
        const length = head.indexOf('\r\n\r\n')
        if (length < 0) return
        const text = head.toString('latin1', 0, length)
        status = Number(text.slice(9, 12))
        const declared = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
        left = declared === undefined ? undefined : Number(declared) - (head.length - length - 4)
      }
      const whole =
        left === undefined ? chunk.toString('latin1', chunk.length - 5) === '0\r\n\r\n' : left <= 0
      if (whole) finish(null)
    }
    socket.on('data', take)
    socket.once('close', gone)
    socket.write(request)
  })
}
