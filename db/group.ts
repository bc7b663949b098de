import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { DatabaseUnavailable, isRetryable, isUnavailable, unwrap } from './connection.ts'

export interface Group<I, O> {
  call(item: I): Promise<O>
}

interface Waiting<I, O> {
  item: I
  /** When it was called, in the process's own milliseconds. */
  at: number
  resolve: (answer: O) => void
  reject: (error: unknown) => void
}

const RETRIES_MAX = 20
const DEADLINE_MS = 20_000
const GROUP_BYTES_MAX = 8 * 1024 * 1024
const WAITING_BYTES_MAX = 256 * 1024 * 1024

/**
 * Calls that arrive while one is under way go together into the next. No timer waits for company:
 * a lone call leaves at once, so it costs no more than a plain one.
 *
 * `run` takes many items and gives an answer for each, in order. It is repeated when Postgres asks
 * for it; a group that fails for another reason is tried member by member, so that one bad member
 * never fails its neighbours. Rejects with DatabaseUnavailable when more than `waitingMax` wait, or
 * more of them than fit in WAITING_BYTES_MAX: large contents could otherwise fill the memory.
 */
export function createGroup<I, O>(options: {
  run: (items: I[]) => Promise<O[]>
  sizeMax: number
  waitingMax: number
  /** How large an item is; without it, all are small. */
  bytesOf?: (item: I) => number
}): Group<I, O> {
  const bytesOf = options.bytesOf ?? (() => 0)
  const waiting: Waiting<I, O>[] = []
  let waitingBytes = 0
  let busy = false

  /** The next to travel together: as many as one statement should carry, and at least one. */
  function takeGroup(): Waiting<I, O>[] {
    let bytes = 0
    let count = 0
    while (count < Math.min(waiting.length, options.sizeMax)) {
      const next = bytesOf(waiting[count]!.item)
      if (count > 0 && bytes + next > GROUP_BYTES_MAX) break
      bytes += next
      count++
    }
    waitingBytes -= bytes
    return waiting.splice(0, count)
  }

  async function runOnce(items: I[]): Promise<O[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await withDeadline(options.run(items))
      } catch (thrown) {
        const error = unwrap(thrown)
        if (isRetryable(error) && attempt <= RETRIES_MAX) {
          await sleep(Math.random() * 5 * attempt)
          continue
        }
        if (isUnavailable(error) || isRetryable(error)) {
          throw new DatabaseUnavailable('the database is away', { cause: error })
        }
        throw error
      }
    }
  }

  async function settle(members: Waiting<I, O>[]): Promise<void> {
    try {
      const answers = await runOnce(members.map((member) => member.item))
      members.forEach((member, i) => member.resolve(answers[i]!))
    } catch (error) {
      if (members.length === 1 || error instanceof DatabaseUnavailable) {
        for (const member of members) member.reject(error)
        if (error instanceof DatabaseUnavailable) rejectLate(error)
        return
      }
      for (const member of members) await settle([member])
    }
  }

  /** A database that hangs is not waited for again by those who waited behind. */
  function rejectLate(error: DatabaseUnavailable): void {
    const oldest = performance.now() - DEADLINE_MS / 2
    while (waiting.length > 0 && waiting[0]!.at < oldest) {
      const late = waiting.shift()!
      waitingBytes -= bytesOf(late.item)
      late.reject(error)
    }
  }

  async function drain(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      // One turn of the loop, no timer: what was read from other sockets in this turn travels
      // along. Without it every other group is one call that arrived first, and costs a whole
      // commit while all the others wait.
      await nextTurn()
      await settle(takeGroup())
    }
    busy = false
  }

  return {
    call: (item) =>
      new Promise((resolve, reject) => {
        const bytes = bytesOf(item)
        if (
          waiting.length >= options.waitingMax ||
          (waiting.length > 0 && waitingBytes + bytes > WAITING_BYTES_MAX)
        ) {
          reject(new DatabaseUnavailable('too many requests wait for the database'))
          return
        }
        waiting.push({ item, at: performance.now(), resolve, reject })
        waitingBytes += bytes
        if (!busy) void drain()
      }),
  }
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseUnavailable('the database did not answer in time'))
    }, DEADLINE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
