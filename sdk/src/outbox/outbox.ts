import { CounterfoilError } from '../errors.ts'
import type { Portal } from '../portal/portal.ts'
import { startTimer } from '../timer.ts'
import type { Delivery, FlushResult, OutboxItem, OutboxStore } from './delivery.ts'
import { createEvents, type Events } from './events.ts'
import { createKeeping } from './keeping.ts'
import { createOpening } from './opening.ts'
import { createParking } from './parking.ts'
import { createSender } from './sender.ts'
import { createWaitingList } from './waiting-list.ts'

/** Receipts on their way to the portal. */
export interface Outbox {
  /**
   * Resolves when the store has the receipt. Throws `outbox_full`, `outbox_unusable`,
   * `outbox_in_use` or `closed`.
   */
  add(item: OutboxItem): Promise<{ delivery: Promise<Delivery> }>
  /** The waiting receipt of this job, or null. An earlier process may have left it. */
  findJob(jobId: string): Promise<OutboxItem | null>
  flush(options?: { timeoutMs?: number; parked?: boolean }): Promise<FlushResult>
  close(options?: { timeoutMs?: number }): Promise<void>
  on: Events['on']
  report(error: CounterfoilError): void
}

const FLUSH_TIMEOUT_MS = 30_000
const SILENCE_LOOK_MS = 500
const CLOSE_TIMEOUT_MS = 2_000

/**
 * Sends waiting receipts in order and in batches, one batch at a time, and tries again without end.
 * A receipt leaves the store when the portal has stored or refused it, and not before.
 */
export function createOutbox(options: {
  store: OutboxStore
  portal: Portal
  waitingBytesMax: number
  /** Milliseconds since 1970. Must not throw. */
  now: () => number
  /** From 0 to 1, as `Math.random`. Must not throw. */
  random: () => number
}): Outbox {
  const { store, now } = options
  const list = createWaitingList()
  const { emit, on } = createEvents()
  const aborter = new AbortController()
  let closing: Promise<void> | null = null
  const isClosed = (): boolean => closing !== null

  const parking = createParking({ list, emit, now, resume: () => sender.start() })
  const sender = createSender({ ...options, list, emit, parking, isClosed, signal: aborter.signal })
  const keep = createKeeping({ ...options, list, changed: sender.changed })
  const opening = createOpening({
    async open() {
      for (const entry of await store.open()) list.add(entry).isKept = true
      sender.start()
    },
    isClosed,
    onFirstError: (error) => emit('error', error),
  })

  function throwIfClosed(): void {
    if (isClosed()) throw new CounterfoilError('closed', 'This Counterfoil was closed.')
  }

  async function flush(timeoutMs: number, parked: boolean): Promise<FlushResult> {
    await opening.open()
    if (parked) parking.unpark()
    // The caller is about to leave: a failed batch is tried at once.
    sender.startAtOnce()
    let isLate = false
    const limit = startTimer(timeoutMs, () => {
      isLate = true
      sender.changed()
    })
    const look = setInterval(sender.endSilence, SILENCE_LOOK_MS)
    const countReady = (): number => list.countReady(parking.isParked())
    const isHopeful = (): boolean => !isLate && !sender.isRefused() && !isClosed()
    while (isHopeful() && countReady() > 0) await sender.nextChange()
    clearTimeout(limit)
    clearInterval(look)
    return { waiting: list.count, parked: list.count - countReady() }
  }

  async function close(timeoutMs: number): Promise<void> {
    await opening.settled()
    const limit = startTimer(timeoutMs, () => aborter.abort())
    await sender.stop()
    clearTimeout(limit)
    for (const one of list.all()) one.resolve({ state: 'unsent', receiptId: one.entry.receiptId })
    sender.changed()
    await store.close()
  }

  // Receipts of an earlier process are sent even if this process never signs one.
  opening.keepTrying()

  return {
    async add(entry) {
      throwIfClosed()
      await opening.open()
      throwIfClosed()
      const { delivery } = await keep(entry)
      sender.start()
      return { delivery }
    },
    async findJob(jobId) {
      await opening.open()
      return list.findJob(jobId)
    },
    flush: ({ timeoutMs = FLUSH_TIMEOUT_MS, parked = false } = {}) => flush(timeoutMs, parked),
    close: ({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) => (closing ??= close(timeoutMs)),
    on,
    report: (error) => emit('error', error),
  }
}
