import { CounterfoilError } from '../errors.ts'
import { inTime } from '../timer.ts'
import type { OutboxOptions } from './context.ts'
import type { Delivery, FlushResult, OutboxItem } from './delivery.ts'
import { createEvents, type Events } from './events.ts'
import { createKeeping } from './keeping.ts'
import { createOpening } from './opening.ts'
import { createParking } from './parking.ts'
import { createSender } from './sender.ts'
import { createWaitingList } from './waiting-list.ts'

/** The receipts that wait for the portal. */
export interface Outbox {
  /**
   * Resolves when the store has the receipt. Throws `outbox_full`, `outbox_unusable`,
   * `outbox_in_use` or `closed`.
   */
  add(item: OutboxItem): Promise<{ delivery: Promise<Delivery> }>
  /** The waiting receipt of a job, or null. An earlier process may have left the receipt. */
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
 * A receipt stays in the store until the portal has stored or refused it.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const list = createWaitingList()
  const { emit, on } = createEvents()
  const aborter = new AbortController()
  let closing: Promise<void> | null = null
  const isClosed = (): boolean => closing !== null
  const ctx = { ...options, list, emit, isClosed, signal: aborter.signal }

  const parking = createParking(ctx, () => sender.start())
  const sender = createSender(ctx, parking)
  const keep = createKeeping(ctx, sender.changed)
  const opening = createOpening(openStore, isClosed, (error) => emit('error', error))

  async function openStore(): Promise<void> {
    for (const entry of await ctx.store.open()) list.add(entry).isKept = true
    sender.start()
  }

  function throwIfClosed(): void {
    if (isClosed()) throw new CounterfoilError('closed', 'This Counterfoil was closed.')
  }

  async function flush(timeoutMs: number, parked: boolean): Promise<FlushResult> {
    await opening.open()
    if (parked) parking.unpark()
    // The caller is about to leave, so a failed batch is tried at once.
    sender.retry()
    const look = setInterval(sender.endSilence, SILENCE_LOOK_MS)
    const countReady = (): number => list.countReady(parking.isParked())
    let isHopeful = true
    async function wait(): Promise<void> {
      while (isHopeful && !sender.isRefused() && !isClosed() && countReady() > 0)
        await sender.nextChange()
    }
    await inTime(wait(), timeoutMs, () => (isHopeful = false))
    clearInterval(look)
    return { waiting: list.count, parked: list.count - countReady() }
  }

  async function close(timeoutMs: number): Promise<void> {
    await opening.settled()
    const stopped = sender.stop()
    await inTime(stopped, timeoutMs, () => aborter.abort())
    await stopped
    for (const one of list.all()) one.resolve({ state: 'unsent', receiptId: one.entry.receiptId })
    sender.changed()
    await ctx.store.close()
  }

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
