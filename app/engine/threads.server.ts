import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

export interface ThreadOptions {
  /** What the threads run: it takes lists of packed pieces, and gives a list of answers for each. */
  file: string
  /**
   * By default one for each core but one, seven at most, one in a process that is one of several,
   * and none where `file` was not built.
   */
  threads?: number
  /** What each thread is told when it starts. */
  workerData?: unknown
}

interface Waiting<Piece, Answer> {
  piece: Piece
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** To hand so few over, and to be told, costs the event loop as much as to do them. */
const HERE_AT_ONCE_MAX = 2
const EACH_MESSAGE_MAX = 16
/** What goes along is copied by the event loop, and waits for what it goes with. */
const EACH_MESSAGE_BYTES_MAX = 128 * 1024
/** While a thread works on one message the next one lies ready, so that it waits for nobody. */
const MESSAGES_EACH = 2
const THREADS_MAX = 7

/** The event loop has a core of its own; the portal's other processes have theirs. */
const threadsHere = (file: string): number =>
  existsSync(file) ? Math.min(cluster.isWorker ? 1 : THREADS_MAX, availableParallelism() - 1) : 0

/**
 * Does pieces of work on other cores, several with each message. One at a time, as `crypto.verify`
 * with a callback has it, each of them wakes a thread and is woken for, and two cores spend a fifth
 * of their time so. What the threads are too busy for is done here by `doHere`, one in each turn of
 * the event loop; so is everything where there is one core, when a thread has died, and what a
 * thread answered `undefined` to.
 *
 * Threads start when they are first needed, and keep no process alive.
 */
export function createThreads<Piece, Answer>(
  doHere: (piece: Piece) => Answer,
  {
    pack,
    bytesOf,
  }: {
    /** A piece as it can be sent. */
    pack: (piece: Piece) => unknown
    /** How large it is, roughly. */
    bytesOf: (piece: Piece) => number
  },
  { file, threads = threadsHere(file), workerData }: ThreadOptions,
): (piece: Piece) => Promise<Answer> {
  const waiting: Waiting<Piece, Answer>[] = []
  /** Each thread once for every message that it could be sent now. */
  const free: Worker[] = []
  /** What each thread was sent, the oldest first. */
  const sent = new Map<Worker, Waiting<Piece, Answer>[][]>()
  let toStart = threads
  let isPlanned = false

  function start(): void {
    toStart--
    let thread: Worker
    try {
      // It needs none of the portal's flags, and none of its secrets.
      thread = new Worker(file, { execArgv: [], env: {}, workerData })
    } catch (error) {
      // Where there may be no more threads, asking again for each piece would only cost time.
      toStart = 0
      process.emitWarning(error as Error)
      return
    }
    thread.unref()
    sent.set(thread, [])
    for (let i = 0; i < MESSAGES_EACH; i++) free.push(thread)
    thread.on('message', (answers: (Answer | undefined)[]) => {
      const messages = sent.get(thread)!
      const group = messages.shift()!
      if (messages.length === 0) thread.unref()
      free.push(thread)
      // First of all it gets its next one, for which it waits; then the answers go out.
      if (waiting.length > 0) share()
      group.forEach((one, i) => {
        const answer = answers[i]
        if (answer === undefined) settleHere(one)
        else one.resolve(answer)
      })
    })
    thread.on('error', (error) => process.emitWarning(error))
    thread.on('exit', () => {
      process.emitWarning('A thread of the portal has ended. It is not replaced.')
      for (let i = free.length - 1; i >= 0; i--) if (free[i] === thread) free.splice(i, 1)
      waiting.unshift(...sent.get(thread)!.flat())
      sent.delete(thread)
      plan()
    })
  }

  function send(thread: Worker, group: Waiting<Piece, Answer>[]): void {
    thread.postMessage(group.map(({ piece }) => pack(piece)))
    sent.get(thread)!.push(group)
    thread.ref()
  }

  /** What the next message takes: its part of all that waits, and no more than it should carry. */
  function takeGroup(messagesFree: number): Waiting<Piece, Answer>[] {
    const countMax = Math.min(EACH_MESSAGE_MAX, Math.ceil(waiting.length / messagesFree))
    let [count, bytes] = [0, 0]
    while (count < countMax) {
      bytes += bytesOf(waiting[count]!.piece)
      if (count > 0 && bytes > EACH_MESSAGE_BYTES_MAX) break
      count++
    }
    return waiting.splice(0, count)
  }

  const messagesAt = (thread: Worker): number => sent.get(thread)!.length

  function settleHere({ piece, resolve, reject }: Waiting<Piece, Answer>): void {
    try {
      resolve(doHere(piece))
    } catch (error) {
      reject(error)
    }
  }

  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    // One turn of the loop, no timer: what other sockets brought in this turn goes along.
    setImmediate(() => {
      isPlanned = false
      share()
      const own = waiting.shift()
      if (own !== undefined) settleHere(own)
      if (waiting.length > 0) plan()
    })
  }

  function share(): void {
    if (waiting.length <= HERE_AT_ONCE_MAX) return
    while (waiting.length > 0) {
      if (toStart > 0 && free.every((thread) => messagesAt(thread) > 0)) start()
      const idlest = free.reduce<Worker | undefined>(
        (best, one) => (best === undefined || messagesAt(one) < messagesAt(best) ? one : best),
        undefined,
      )
      if (idlest === undefined) return
      const group = takeGroup(free.length + toStart * MESSAGES_EACH)
      free.splice(free.indexOf(idlest), 1)
      send(idlest, group)
    }
  }

  return (piece) =>
    new Promise((resolve, reject) => {
      waiting.push({ piece, resolve, reject })
      plan()
    })
}
