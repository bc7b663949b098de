import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { openThread, type Thread, type Waiting } from './open-thread.ts'

export interface ThreadOptions<Piece> {
  /** What the threads run: it takes lists of pieces, and gives a list of answers for each. */
  file: string
  /**
   * By default one for each core but one, seven at most, one in a process that is one of several,
   * and none where `file` was not built.
   */
  threads?: number
  /** What each thread is told when it starts. */
  workerData?: unknown
  /** How large a piece is, roughly. */
  bytesOf: (piece: Piece) => number
}

/** To hand over so few, and to be told, costs the event loop as much as to do them. */
const HERE_AT_ONCE_MAX = 2
const EACH_MESSAGE_MAX = 16
/** The event loop copies a message's pieces, and each of them waits for all the others. */
const EACH_MESSAGE_BYTES_MAX = 128 * 1024
/** While a thread works on one message the next one lies ready, so that it never waits. */
const MESSAGES_EACH = 2
const THREADS_MAX = 7

/** The event loop has a core of its own; the portal's other processes have theirs. */
const threadsHere = (file: string): number =>
  existsSync(file) ? Math.min(cluster.isWorker ? 1 : THREADS_MAX, availableParallelism() - 1) : 0

/**
 * Does pieces of work on other cores, several with each message. One at a time, as `crypto.verify`
 * with a callback has it, each piece wakes a thread and is woken for, and two cores spend a fifth of
 * their time so. The event loop does by `doHere`, one in each turn, what the threads are too busy
 * for; so it does everything where there is one core, when a thread has died, and where a thread
 * answered `undefined`. Threads start when they are first needed.
 */
export function createThreads<Piece, Answer>(
  doHere: (piece: Piece) => Answer,
  { bytesOf, threads, ...program }: ThreadOptions<Piece>,
): (piece: Piece) => Promise<Answer> {
  type Group = Waiting<Piece, Answer>[]
  const waiting: Group = []
  const running = new Set<Thread<Piece, Answer>>()
  let toStart = threads ?? threadsHere(program.file)
  let isPlanned = false

  function start(): void {
    toStart--
    const thread = openThread<Piece, Answer>(program, settle, (ended) => {
      running.delete(ended)
      waiting.unshift(...ended.sent.flat())
      plan()
    })
    if (thread !== null) running.add(thread)
    // Where there may be no more threads, asking again for each piece would only cost time.
    else toStart = 0
  }

  function settle(group: Group, answers: (Answer | undefined)[]): void {
    // The thread gets its next message first, because it waits; then the answers go out.
    if (waiting.length > 0) share()
    group.forEach((one, i) => {
      const answer = answers[i]
      if (answer === undefined) settleHere(one)
      else one.resolve(answer)
    })
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

  /** Sends out all that waits, as long as a thread has room for another message. */
  function share(): void {
    if (waiting.length <= HERE_AT_ONCE_MAX) return
    while (waiting.length > 0) {
      if (toStart > 0 && [...running].every((thread) => thread.sent.length > 0)) start()
      const [idlest] = [...running].sort((a, b) => a.sent.length - b.sent.length)
      if (idlest === undefined || idlest.sent.length >= MESSAGES_EACH) return
      idlest.send(takeGroup())
    }
  }

  /** A message's fair part of all that waits, and no more than it should carry. */
  function takeGroup(): Group {
    const sent = [...running].reduce((sum, thread) => sum + thread.sent.length, 0)
    const messagesFree = (running.size + toStart) * MESSAGES_EACH - sent
    const countMax = Math.min(EACH_MESSAGE_MAX, Math.ceil(waiting.length / messagesFree))
    let [count, bytes] = [0, 0]
    while (count < countMax) {
      bytes += bytesOf(waiting[count]!.piece)
      if (count > 0 && bytes > EACH_MESSAGE_BYTES_MAX) break
      count++
    }
    return waiting.splice(0, count)
  }

  return (piece) =>
    new Promise((resolve, reject) => {
      waiting.push({ piece, resolve, reject })
      plan()
    })
}
