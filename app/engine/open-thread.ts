import { Worker } from 'node:worker_threads'

/** A piece of work, and the promise that its answer settles. */
export interface Waiting<Piece, Answer> {
  piece: Piece
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** A thread and the groups of pieces that it was sent, the oldest first. */
export interface Thread<Piece, Answer> {
  sent: Waiting<Piece, Answer>[][]
  send(group: Waiting<Piece, Answer>[]): void
}

/**
 * Starts a thread, which keeps the process alive only while it works. `onAnswers` gets each group
 * with its answers; `onEnd` gets the ended thread with its unanswered groups in `sent`. Null if the
 * system refuses a thread.
 */
export function openThread<Piece, Answer>(
  { file, workerData }: { file: string; workerData?: unknown },
  onAnswers: (group: Waiting<Piece, Answer>[], answers: (Answer | undefined)[]) => void,
  onEnd: (thread: Thread<Piece, Answer>) => void,
): Thread<Piece, Answer> | null {
  let worker: Worker
  try {
    // A thread needs neither the portal's flags nor its secrets.
    worker = new Worker(file, { execArgv: [], env: {}, workerData })
  } catch (error) {
    process.emitWarning(error as Error)
    return null
  }
  worker.unref()
  const thread: Thread<Piece, Answer> = {
    sent: [],
    send(group) {
      worker.postMessage(group.map(({ piece }) => piece))
      thread.sent.push(group)
      worker.ref()
    },
  }
  worker.on('message', (answers: (Answer | undefined)[]) => {
    const group = thread.sent.shift()!
    if (thread.sent.length === 0) worker.unref()
    onAnswers(group, answers)
  })
  worker.on('error', (error) => process.emitWarning(error))
  worker.on('exit', () => {
    process.emitWarning('A thread of the portal has ended. It is not replaced.')
    onEnd(thread)
  })
  return thread
}
