import { isLocked } from './connection.ts'
import { createGroup, type Group } from './group.ts'
import type { QueueLimits } from './group-queue.ts'

/** A lock that belongs to no key, such as a table's, is waited for as long, with the whole group. */
const WAIT_MS_MAX = 10_000

interface Options<I, O> extends QueueLimits<I> {
  /** Fails with a lock timeout soon. */
  run: (items: I[]) => Promise<O[]>
  /** Waits for a lock for longer, on another connection. */
  runApart: (items: I[]) => Promise<O[]>
  /** Of these keys, those that another transaction holds. */
  findLocked: (keys: string[]) => Promise<Set<string>>
  keyOf: (item: I) => string
}

/**
 * A group whose members lock a key each. One transaction that holds one key would keep the members
 * of all keys waiting; so a key that is locked gets a group of its own until that one is empty.
 * The common group learns of a lock by its lock timeout, which costs nothing while there is none.
 */
export function createLanes<I, O>(options: Options<I, O>): Group<I, O> {
  const { run, runApart, findLocked, keyOf, ...limits } = options
  const lanes = new Map<string, { group: Group<I, O>; members: number }>()
  const common = createGroup<I, O | Promise<O>>({ ...limits, run: runCommon })

  async function callApart(key: string, item: I): Promise<O> {
    const lane = lanes.get(key) ?? {
      group: createGroup<I, O>({ ...limits, run: waitApart }),
      members: 0,
    }
    lanes.set(key, lane)
    lane.members++
    try {
      return await lane.group.call(item)
    } finally {
      if (--lane.members === 0) lanes.delete(key)
    }
  }

  /** Gives its connection up now and then, because other keys may wait for it with a free lock. */
  async function waitApart(items: I[]): Promise<O[]> {
    const until = performance.now() + WAIT_MS_MAX
    for (;;) {
      try {
        return await runApart(items)
      } catch (error) {
        if (!isLocked(error) || performance.now() > until) throw error
      }
    }
  }

  /** A member that goes apart is answered by a promise, for which its neighbours don't wait. */
  async function runCommon(items: I[]): Promise<(O | Promise<O>)[]> {
    const until = performance.now() + WAIT_MS_MAX
    const locked = new Set(lanes.keys())
    for (;;) {
      const free = locked.size === 0 ? items : items.filter((item) => !locked.has(keyOf(item)))
      try {
        const answers = free.length === 0 ? [] : await run(free)
        if (free === items) return answers
        const next = answers.values()
        return items.map((item) =>
          locked.has(keyOf(item)) ? callApart(keyOf(item), item) : next.next().value!,
        )
      } catch (error) {
        if (!isLocked(error) || performance.now() > until) throw error
        for (const key of await findLocked([...new Set(free.map(keyOf))])) locked.add(key)
      }
    }
  }

  return {
    call: async (item) => {
      const key = keyOf(item)
      return lanes.has(key) ? callApart(key, item) : common.call(item)
    },
  }
}
