import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { DatabaseUnavailable, isRetryable, isUnavailable, unwrap } from './connection.ts'
import { createGroupQueue, type Member, type QueueLimits } from './group-queue.ts'

export interface Group<I, O> {
  call(item: I): Promise<O>
}

const RETRIES_MAX = 20
const DEADLINE_MS = 20_000

/**
 * Calls that arrive while one is under way go together into the next. No timer waits for company:
 * a lone call leaves at once, so it costs no more than a plain one.
 *
 * `run` takes many items and gives an answer for each, in order. Postgres may ask for a repetition
 * of `run`. A group that fails for another reason is tried member by member, so that one bad member
 * never fails its neighbours. A call beyond the limits of the queue rejects with
 * DatabaseUnavailable.
 */
export function createGroup<I, O>(
  options: { run: (items: I[]) => Promise<O[]> } & QueueLimits<I>,
): Group<I, O> {
  const queue = createGroupQueue<I, O>(options)
  let busy = false

  async function settle(members: Member<I, O>[]): Promise<void> {
    try {
      const items = members.map((member) => member.item)
      const answers = await runUntilDone(() => options.run(items))
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

  /** The members that waited behind a hanging statement don't wait for the database again. */
  function rejectLate(error: DatabaseUnavailable): void {
    const late = queue.takeOlder(performance.now() - DEADLINE_MS / 2)
    for (const member of late) member.reject(error)
  }

  async function drain(): Promise<void> {
    busy = true
    while (!queue.isEmpty()) {
      // One turn of the loop, no timer: calls that other sockets bring in this turn travel along.
      // Without it every other group is one call that arrived first, and costs a whole commit
      // while all the others wait.
      await nextTurn()
      await settle(queue.takeGroup())
    }
    busy = false
  }

  return {
    call: (item) =>
      new Promise((resolve, reject) => {
        if (!queue.add({ item, at: performance.now(), resolve, reject })) {
          reject(new DatabaseUnavailable('too many requests wait for the database'))
          return
        }
        if (!busy) void drain()
      }),
  }
}

/** Runs a group's statement again, after a random pause, while Postgres asks for it. */
async function runUntilDone<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withDeadline(run())
    } catch (thrown) {
      const error = unwrap(thrown)
      if (isRetryable(error) && attempt <= RETRIES_MAX) {
        await sleep(Math.random() * 5 * attempt)
        continue
      }
      if (isUnavailable(error)) {
        throw new DatabaseUnavailable('the database is away', { cause: error })
      }
      throw error
    }
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
