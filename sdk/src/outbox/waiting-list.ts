import { encodeUtf8 } from '../receipt/bytes.ts'
import type { Delivery, OutboxItem } from './delivery.ts'

/** A receipt in the outbox, and who waits to hear of it. */
export interface Waiting {
  entry: OutboxItem
  /** Of its JSON, as it will be sent. */
  bytes: number
  /** The store has it. Before that it is not sent: a link must not work that a crash could break. */
  isKept: boolean
  /** The cap was full for it, its reservation included. */
  isCapped: boolean
  delivery: Promise<Delivery>
  resolve(delivery: Delivery): void
}

/** What waits, in the order in which it came. */
export interface WaitingList {
  readonly count: number
  readonly bytes: number
  add(entry: OutboxItem): Waiting
  remove(one: Waiting): void
  get(receiptId: string): Waiting | null
  findJob(jobId: string): OutboxItem | null
  /** The next to be sent. `reservedOnly`: the cap is full, and a reservation is a place in it. */
  takeBatch(limits: { countMax: number; bytesMax: number; reservedOnly: boolean }): Waiting[]
  /** How many could be sent, or will be as soon as the store has them. */
  countReady(reservedOnly: boolean): number
  /** The cap may have room again. */
  uncap(): void
  all(): Iterable<Waiting>
}

/** Has a place in a full cap, as far as is known here. */
const isReserved = ({ entry, isCapped }: Waiting): boolean =>
  entry.item.reservation !== undefined && !isCapped

export function createWaitingList(): WaitingList {
  const byId = new Map<string, Waiting>()
  const jobs = new Map<string, string>()
  let bytes = 0

  return {
    get count() {
      return byId.size
    },
    get bytes() {
      return bytes
    },
    add(entry) {
      let resolve: (delivery: Delivery) => void = () => undefined
      const delivery = new Promise<Delivery>((done) => (resolve = done))
      const size = encodeUtf8(JSON.stringify(entry.item)).length
      const one = { entry, bytes: size, isKept: false, isCapped: false, delivery, resolve }
      byId.set(entry.receiptId, one)
      if (entry.jobId !== null) jobs.set(entry.jobId, entry.receiptId)
      bytes += size
      return one
    },
    remove(one) {
      const { receiptId, jobId } = one.entry
      if (!byId.delete(receiptId)) return
      if (jobId !== null && jobs.get(jobId) === receiptId) jobs.delete(jobId)
      bytes -= one.bytes
    },
    get: (receiptId) => byId.get(receiptId) ?? null,
    findJob: (jobId) => byId.get(jobs.get(jobId) ?? '')?.entry ?? null,
    takeBatch({ countMax, bytesMax, reservedOnly }) {
      const batch: Waiting[] = []
      let total = 0
      for (const one of byId.values()) {
        if (reservedOnly && !isReserved(one)) continue
        // Those after it wait too, so that the cap is filled in order.
        if (!one.isKept || batch.length === countMax) break
        // The comma between two items is a byte as well.
        if (batch.length > 0 && total + one.bytes + 1 > bytesMax) break
        batch.push(one)
        total += one.bytes + 1
      }
      return batch
    },
    countReady(reservedOnly) {
      if (!reservedOnly) return byId.size
      let count = 0
      for (const one of byId.values()) if (isReserved(one)) count++
      return count
    },
    uncap() {
      for (const one of byId.values()) one.isCapped = false
    },
    all: () => byId.values(),
  }
}
