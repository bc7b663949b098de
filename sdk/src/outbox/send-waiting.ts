import { readOutcome } from './delivery-outcome.ts'
import type { OutboxContext } from './context.ts'
import type { Delivery } from './delivery.ts'
import { asError, type Problem } from '../errors.ts'
import type { Parking } from './parking.ts'
import type { BatchResult } from '../portal/portal.ts'
import type { Waiting } from './waiting-list.ts'

const BATCH_ITEMS_MAX = 1_000
/** The portal takes 4 MiB, of which 1 KiB is for the JSON around the items. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024 - 1024

/** The context of one attempt to send. */
export interface Sending extends OutboxContext {
  parking: Parking
  /** A receipt has left the list. */
  changed: () => void
}

/** The reason why sending stopped before all receipts were sent. */
export type Stop =
  | { kind: 'later'; afterMs: number | null; why: string }
  /** The portal refused the API key, not the receipts, which are kept. */
  | { kind: 'refused'; problem: Problem }

/** The next receipts to send. Empty: nothing can be sent now. */
export const nextBatch = (ctx: Sending, countMax = BATCH_ITEMS_MAX): Waiting[] =>
  ctx.list.takeBatch(countMax, BATCH_BYTES_MAX, ctx.parking.isParked())

/** Sends batch after batch. Null: all receipts are sent that can be sent now. */
export async function sendWaiting(ctx: Sending): Promise<Stop | null> {
  let countMax = BATCH_ITEMS_MAX
  while (!ctx.isClosed()) {
    const batch = nextBatch(ctx, countMax)
    if (batch.length === 0) return null
    const answer = await ctx.portal.postBatch(
      batch.map((one) => one.entry.item),
      ctx.signal,
    )
    if (answer.kind === 'later') return answer
    let results: BatchResult[]
    if (answer.kind === 'answered') {
      results = answer.results
      if (!areTheirs(batch, results)) return later('what answers is not a portal')
      countMax = Math.min(BATCH_ITEMS_MAX, countMax * 2)
    } else {
      const { problem } = answer
      const isTheirs = problem.status === 400 || problem.status === 413
      if (isTheirs && batch.length > 1) {
        // Halving the batch finds the one receipt that is wrong or too large.
        countMax = Math.ceil(batch.length / 2)
        continue
      }
      if (!isTheirs && problem.status !== 402) return answer
      results = batch.map(() => ({ status: problem.status, problem }))
    }
    const held = await settle(ctx, batch, results)
    if (held?.status === 401) return { kind: 'refused', problem: held }
    if (held !== null) return later(`the portal answered ${held.status} ${held.code}`)
  }
  return null
}

const later = (why: string): Stop => ({ kind: 'later', afterMs: null, why })

/** Whether the answer is a portal's: it names each receipt, whose id another server can't know. */
const areTheirs = (batch: Waiting[], results: BatchResult[]): boolean =>
  batch.every((one, i) => {
    const given = results[i]!
    return 'problem' in given || given.result.receiptId === one.entry.receiptId
  })

/**
 * Handles a batch's results. Gives the reason to send some again; null: the next batch may follow.
 */
async function settle(
  ctx: Sending,
  batch: Waiting[],
  results: BatchResult[],
): Promise<Problem | null> {
  const done: { one: Waiting; delivery: Delivery }[] = []
  const capped: Problem[] = []
  let held: Problem | null = null
  for (const [i, one] of batch.entries()) {
    // Another worker settled this receipt first; this answer comes from an abandoned worker.
    if (ctx.list.get(one.entry.receiptId) !== one) continue
    const outcome = readOutcome(one.entry.receiptId, results[i]!, ctx.portal.url)
    if (outcome.kind === 'done') done.push({ one, delivery: outcome.delivery })
    else if (outcome.kind === 'held') held = outcome.problem
    else {
      one.isCapped = true
      capped.push(outcome.problem)
    }
  }
  await forget(ctx, done)
  for (const { one, delivery } of done) {
    one.resolve(delivery)
    // Each state of a delivery is the name of the event that carries it.
    if (delivery.state !== 'unsent')
      ctx.emit(delivery.state as 'stored', delivery as Delivery & { state: 'stored' })
  }
  if (capped.length > 0) ctx.parking.park(capped[0]!, capped.length)
  ctx.changed()
  return held
}

async function forget(
  { list, store, emit }: Sending,
  done: { one: Waiting; delivery: Delivery }[],
): Promise<void> {
  for (const { one } of done) list.remove(one)
  const refused = done.flatMap(({ one, delivery }) =>
    delivery.state === 'refused' ? [{ item: one.entry, problem: delivery.problem }] : [],
  )
  /**
   * Reports a failure: at worst the next process sends these receipts again, and the cap does not
   * count a repeat.
   */
  const attempt = async (write: () => Promise<void> | undefined): Promise<boolean> => {
    try {
      await write()
      return true
    } catch (thrown) {
      emit('error', asError('outbox_unusable', 'The outbox can’t be written', thrown))
      return false
    }
  }
  const areAside = refused.length === 0 || (await attempt(() => store.setAside?.(refused)))
  // A refused receipt that could not be set aside has its only copy in the store.
  const gone = done.filter(({ delivery }) => areAside || delivery.state !== 'refused')
  if (gone.length > 0) await attempt(() => store.remove(gone.map(({ one }) => one.entry.receiptId)))
}
