const GROUP_BYTES_MAX = 8 * 1024 * 1024
const WAITING_BYTES_MAX = 256 * 1024 * 1024

/** A call that waits for its group. */
export interface Member<I, O> {
  item: I
  /** The time of the call, in the process's own milliseconds. */
  at: number
  resolve: (answer: O) => void
  reject: (error: unknown) => void
}

export interface QueueLimits<I> {
  /** The most members of one group. */
  sizeMax: number
  /** The most members that wait. */
  waitingMax: number
  /** The size of an item; without it, all items are small. */
  bytesOf?: (item: I) => number
}

export interface GroupQueue<I, O> {
  isEmpty(): boolean
  /**
   * False: `waitingMax` members wait, or more than fit in WAITING_BYTES_MAX, as large contents
   * could otherwise fill the memory.
   */
  add(member: Member<I, O>): boolean
  /** The next members to travel together: as many as one statement should carry, at least one. */
  takeGroup(): Member<I, O>[]
  /** The members that were called before `time`. */
  takeOlder(time: number): Member<I, O>[]
}

export function createGroupQueue<I, O>(limits: QueueLimits<I>): GroupQueue<I, O> {
  const { sizeMax, waitingMax, bytesOf = () => 0 } = limits
  const waiting: Member<I, O>[] = []
  let waitingBytes = 0
  return {
    isEmpty: () => waiting.length === 0,
    add: (member) => {
      const bytes = bytesOf(member.item)
      if (waiting.length >= waitingMax) return false
      if (waiting.length > 0 && waitingBytes + bytes > WAITING_BYTES_MAX) return false
      waiting.push(member)
      waitingBytes += bytes
      return true
    },
    takeGroup: () => {
      let bytes = 0
      let count = 0
      while (count < Math.min(waiting.length, sizeMax)) {
        const next = bytesOf(waiting[count]!.item)
        if (count > 0 && bytes + next > GROUP_BYTES_MAX) break
        bytes += next
        count++
      }
      waitingBytes -= bytes
      return waiting.splice(0, count)
    },
    takeOlder: (time) => {
      const count = waiting.findIndex((member) => member.at >= time)
      const older = waiting.splice(0, count === -1 ? waiting.length : count)
      for (const member of older) waitingBytes -= bytesOf(member.item)
      return older
    },
  }
}
