import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { EngineBusy } from './engine.ts'
import { openThread, type Thread, type Waiting } from './open-thread.ts'

export interface ThreadOptions<Piece> {
  /** The threads' program: it answers each list of pieces with a list of answers. */
  file: string
  /**
   * By default one for each core but one, at most seven; one if the portal is several processes;
   * none if `file` was not built.
   */
  threads?: number
  /** The value that each thread gets at its start. */
  workerData?: unknown
  /** The rough size of a piece. */
  bytesOf: (piece: Piece) => number
  /**
   * Each piece takes long: it goes to a thread alone, when that thread is free, and the event loop
   * does it only where no thread is left. So few may wait: a further piece is refused.
   */
  isLong?: { waitingMax: number }
}

/** Handing over so few pieces costs the event loop as much as doing them. */
const HERE_AT_ONCE_MAX = 2
const EACH_MESSAGE_MAX = 16
/** The event loop copies a message's pieces, and each of them waits for all the others. */
const EACH_MESSAGE_BYTES_MAX = 128 * 1024
/** While a thread works on one message, the next one lies ready, so that the thread never waits. */
const MESSAGES_EACH = 2
const THREADS_MAX = 7

/** The event loop keeps a core for itself; the portal's other processes need the other cores. */
const threadsHere = (file: string): number =>
  existsSync(file) ? Math.min(cluster.isWorker ? 1 : THREADS_MAX, availableParallelism() - 1) : 0

/**
 * Does pieces of work on other cores, several pieces with each message. `crypto.verify` with a
 * callback sends each piece alone: the piece wakes a thread and then the event loop, which takes a
 * fifth of the time of two cores. The event loop does pieces by `doHere`: one in each turn while
 * the threads are busy, all on a single core or after the threads have died, and those that a
 * thread answered with `undefined`. Threads start when they are first needed.
 */
export function createThreads<Piece, Answer>(
  doHere: (piece: Piece) => Answer,
  { bytesOf, threads, isLong, ...program }: ThreadOptions<Piece>,
): (piece: Piece) => Promise<Answer> {
  type Group = Waiting<Piece, Answer>[]
  const waiting: Group = []
  const running = new Set<Thread<Piece, Answer>>()
  let toStart = threads ?? threadsHere(program.file)
  let isPlanned = false
  const hereAtOnceMax = isLong !== undefined ? 0 : HERE_AT_ONCE_MAX
  const messagesEach = isLong !== undefined ? 1 : MESSAGES_EACH
  const eachMessageMax = isLong !== undefined ? 1 : EACH_MESSAGE_MAX

  function start(): void {
    toStart--
    const thread = openThread<Piece, Answer>(program, settle, (ended) => {
      running.delete(ended)
      waiting.unshift(...ended.sent.flat())
      plan()
    })
    if (thread !== null) running.add(thread)
    // The system has no more threads, so asking again for each piece would only cost time.
    else toStart = 0
  }

  function settle(group: Group, answers: (Answer | undefined)[]): void {
    // The thread gets its next message first, because it waits; then the answers go out.
    if (waiting.length > 0) share()
    group.forEach((one, i) => {
      const answer = answers[i]
      if (answer === undefined) settleBy(doHere, one)
      else one.resolve(answer)
    })
  }

  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    // One turn of the event loop and no timer: pieces from other sockets in this turn go along.
    setImmediate(() => {
      isPlanned = false
      share()
      if (isLong !== undefined && running.size > 0) return
      const own = waiting.shift()
      if (own !== undefined) settleBy(doHere, own)
      if (waiting.length > 0) plan()
    })
  }

  /** Sends the waiting pieces, as long as a thread has room for another message. */
  function share(): void {
    if (waiting.length <= hereAtOnceMax) return
    while (waiting.length > 0) {
      if (toStart > 0 && [...running].every((thread) => thread.sent.length > 0)) start()
      const [idlest] = [...running].sort((a, b) => a.sent.length - b.sent.length)
      if (idlest === undefined || idlest.sent.length >= messagesEach) return
      idlest.send(takeGroup())
    }
  }

  /** A message's fair part of the waiting pieces, within the message's limits. */
  function takeGroup(): Group {
    const sent = [...running].reduce((sum, thread) => sum + thread.sent.length, 0)
    const messagesFree = (running.size + toStart) * messagesEach - sent
    const countMax = Math.min(eachMessageMax, Math.ceil(waiting.length / messagesFree))
    const sizes = waiting.slice(0, countMax).map(({ piece }) => bytesOf(piece))
    return waiting.splice(0, countFitting(sizes))
  }

  return (piece) =>
    new Promise((resolve, reject) => {
      if (isLong !== undefined && waiting.length >= isLong.waitingMax)
        throw new EngineBusy('too much long work waits')
      waiting.push({ piece, resolve, reject })
      plan()
    })
}

/** How many of the first pieces, but one at least, are within a message's bytes. */
function countFitting(sizes: number[]): number {
  let bytes = 0
  const tooMany = sizes.findIndex((size) => (bytes += size) > EACH_MESSAGE_BYTES_MAX)
  return tooMany === -1 ? sizes.length : Math.max(1, tooMany)
}

function settleBy<Piece, Answer>(
  doHere: (piece: Piece) => Answer,
  { piece, resolve, reject }: Waiting<Piece, Answer>,
): void {
  try {
    resolve(doHere(piece))
  } catch (error) {
    reject(error)
  }
}
