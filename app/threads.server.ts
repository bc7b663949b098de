import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

export interface ThreadOptions {
  /** What the threads run: it takes lists of packed pieces, and gives a list of answers for each. */
  file: string
  /** By default one for each core but one, and none where `file` was not built. */
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
  pack: (piece: Piece) => unknown,
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
    // It needs none of the portal's flags, and none of its secrets.
    const thread = new Worker(file, { execArgv: [], env: {}, workerData })
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
    sent.get(thread)!.push(group)
    thread.ref()
    thread.postMessage(group.map(({ piece }) => pack(piece)))
  }

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
    while (waiting.length > 0 && (free.length > 0 || toStart > 0)) {
      if (free.length === 0) start()
      const count = Math.min(EACH_MESSAGE_MAX, Math.ceil(waiting.length / free.length))
      send(free.shift()!, waiting.splice(0, count))
    }
  }

  return (piece) =>
    new Promise((resolve, reject) => {
      waiting.push({ piece, resolve, reject })
      plan()
    })
}
