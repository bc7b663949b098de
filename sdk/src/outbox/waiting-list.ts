import { encodeUtf8 } from '../receipt/bytes.ts'
import type { Delivery, OutboxItem } from './delivery.ts'

/** A receipt in the outbox, with the promise of its delivery. */
export interface Waiting {
  entry: OutboxItem
  /** The length of the item's JSON in UTF-8, as it is sent. */
  bytes: number
  /**
   * The store has the receipt. Only kept receipts are sent, so that a crash breaks no working link.
   */
  isKept: boolean
  /** The portal refused the receipt for a full cap, with its reservation if it has one. */
  isCapped: boolean
  delivery: Promise<Delivery>
  resolve(delivery: Delivery): void
}

/** The waiting receipts, in the order in which they came. */
export interface WaitingList {
  readonly count: number
  readonly bytes: number
  add(entry: OutboxItem): Waiting
  remove(one: Waiting): void
  get(receiptId: string): Waiting | null
  findJob(jobId: string): OutboxItem | null
  /**
   * The next receipts to send. `reservedOnly`: the cap is full, but a reservation is a place in it.
   */
  takeBatch(countMax: number, bytesMax: number, reservedOnly: boolean): Waiting[]
  /** The number of receipts that can be sent now, or as soon as the store has them. */
  countReady(reservedOnly: boolean): number
  /** Forgets which receipts a full cap refused, because the cap may have room again. */
  uncap(): void
  all(): Iterable<Waiting>
}

/** A receipt with a reservation has a place in a full cap, unless the portal refused it too. */
const isReserved = ({ entry, isCapped }: Waiting): boolean =>
  entry.item.reservation !== undefined && !isCapped

/** Makes an empty list. */
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
    takeBatch(countMax, bytesMax, reservedOnly) {
      const batch: Waiting[] = []
      let total = 0
      for (const one of byId.values()) {
        if (reservedOnly && !isReserved(one)) continue
        // Later receipts wait for an unkept one, so that the cap is filled in order.
        if (!one.isKept || batch.length === countMax) break
        // One byte is for the comma between two items.
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
