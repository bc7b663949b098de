import { Buffer } from 'node:buffer'
import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What is verified: 32, any number of, and 64 bytes. */
export interface Signed {
  publicKey: Uint8Array
  message: Uint8Array
  signature: Uint8Array
}

interface Waiting extends Signed {
  resolve: (isGood: boolean) => void
}

/** To hand so few over, and to be told, costs the event loop as much as to verify them. */
const HERE_AT_ONCE_MAX = 2
/** Some 0.7 ms: then the event loop looks at its sockets again. */
const HERE_EACH_TURN_MAX = 8
const EACH_MESSAGE_MAX = 16
const THREADS_MAX = 7

/** The event loop has a core of its own; the portal's other processes have theirs. */
const threadsHere = (): number =>
  Math.min(cluster.isWorker ? 1 : THREADS_MAX, availableParallelism() - 1)

/**
 * Verifies signatures on other cores, several with each message. One at a time, as `crypto.verify`
 * with a callback has it, each of them wakes a thread and is woken for, and two cores spend a fifth
 * of their time so. What the threads are too busy for is verified here, a few in each turn of the
 * event loop, by `verifyHere`; so is everything where there is one core, or when a thread has died.
 *
 * Threads start when they are first needed, and keep no process alive.
 */
export function createSignatureThreads(
  verifyHere: (signed: Signed) => boolean,
  { threads = threadsHere(), file = 'app/signature-thread.mjs' } = {},
): (signed: Signed) => Promise<boolean> {
  const waiting: Waiting[] = []
  const free: Worker[] = []
  /** What each busy one was sent. */
  const sent = new Map<Worker, Waiting[]>()
  let started = 0
  let isPlanned = false

  function start(): Worker {
    started++
    // It needs none of the portal's flags, and none of its secrets.
    const thread = new Worker(resolve(file), { execArgv: [], env: {} })
    thread.unref()
    thread.on('message', (answers: boolean[]) => {
      take(thread).forEach((one, i) => one.resolve(answers[i]!))
      free.push(thread)
    })
    thread.on('error', (error) => process.emitWarning(error))
    thread.on('exit', () => {
      process.emitWarning('A thread that verifies signatures has ended. It is not replaced.')
      if (free.includes(thread)) free.splice(free.indexOf(thread), 1)
      waiting.unshift(...take(thread))
      plan()
    })
    return thread
  }

  function send(thread: Worker, group: Waiting[]): void {
    sent.set(thread, group)
    thread.ref()
    const packed = pack(group)
    thread.postMessage(packed, [packed])
  }

  function take(thread: Worker): Waiting[] {
    const group = sent.get(thread) ?? []
    sent.delete(thread)
    thread.unref()
    return group
  }

  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    // One turn of the loop, no timer: what other sockets brought in this turn goes along.
    setImmediate(share)
  }

  function share(): void {
    isPlanned = false
    if (waiting.length > HERE_AT_ONCE_MAX) {
      while (waiting.length > 0 && (free.length > 0 || started < threads)) {
        const thread = free.pop() ?? start()
        const hands = free.length + threads - started + 2
        const count = Math.min(EACH_MESSAGE_MAX, Math.ceil(waiting.length / hands))
        send(thread, waiting.splice(0, count))
      }
    }
    for (const one of waiting.splice(0, HERE_EACH_TURN_MAX)) one.resolve(verifyHere(one))
    if (waiting.length > 0) plan()
  }

  return (signed) =>
    new Promise((resolve) => {
      waiting.push({ ...signed, resolve })
      plan()
    })
}

/** One after the other: public key, signature, the message's length in four bytes, the message. */
function pack(group: Signed[]): ArrayBuffer {
  const length = group.reduce((sum, { message }) => sum + 100 + message.length, 0)
  const packed = Buffer.from(new ArrayBuffer(length))
  let at = 0
  for (const { publicKey, message, signature } of group) {
    packed.set(publicKey, at)
    packed.set(signature, at + 32)
    packed.writeUInt32LE(message.length, at + 96)
    packed.set(message, at + 100)
    at += 100 + message.length
  }
  return packed.buffer
}
