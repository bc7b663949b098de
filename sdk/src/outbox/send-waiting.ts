import { readOutcome } from './delivery-outcome.ts'
import type { Delivery, OutboxStore } from './delivery.ts'
import { asError, type Problem } from '../errors.ts'
import type { Events } from './events.ts'
import type { Parking } from './parking.ts'
import type { BatchResult, Portal } from '../portal/portal.ts'
import type { Waiting, WaitingList } from './waiting-list.ts'

const BATCH_ITEMS_MAX = 1_000
/** Of the portal's 4 MiB; the rest is room for what surrounds the items. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024 - 1024

export interface Sending {
  list: WaitingList
  store: OutboxStore
  portal: Portal
  emit: Events['emit']
  /** Ends the request that is under way. */
  signal: AbortSignal
  isClosed: () => boolean
  parking: Parking
  /** A receipt has left the list. */
  changed: () => void
}

/** Why sending stopped before everything was sent. */
export type Stop =
  | { kind: 'later'; afterMs: number | null; why: string }
  /** It says something of the API key, not of the receipts: those are kept. */
  | { kind: 'refused'; problem: Problem }

export const nextBatch = (ctx: Sending, countMax = BATCH_ITEMS_MAX): Waiting[] =>
  ctx.list.takeBatch({ countMax, bytesMax: BATCH_BYTES_MAX, reservedOnly: ctx.parking.isParked() })

/** Sends batch after batch, until nothing is left that could be sent (null), or for as long as it goes. */
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
      if (!areTheirs(batch, results))
        return { kind: 'later', afterMs: null, why: 'what answers is not a portal' }
      countMax = Math.min(BATCH_ITEMS_MAX, countMax * 2)
    } else {
      const { problem } = answer
      const isTheirs = problem.status === 400 || problem.status === 413
      if (isTheirs && batch.length > 1) {
        // Something in it is wrong or too large: halved again and again, that one is found.
        countMax = Math.ceil(batch.length / 2)
        continue
      }
      if (!isTheirs && problem.status !== 402) return answer
      results = batch.map(() => ({ status: problem.status, problem }))
    }
    const held = await settle(ctx, batch, results)
    if (held?.status === 401) return { kind: 'refused', problem: held }
    if (held !== null)
      return {
        kind: 'later',
        afterMs: null,
        why: `the portal answered ${held.status} ${held.code}`,
      }
  }
  return null
}

/** A portal's answer names each receipt; anything else that answers can't know their ids. */
const areTheirs = (batch: Waiting[], results: BatchResult[]): boolean =>
  batch.every((one, i) => {
    const given = results[i]!
    return 'problem' in given || given.result.receiptId === one.entry.receiptId
  })

/** Gives why some of them have to be sent again; null: the next batch may follow. */
async function settle(
  ctx: Sending,
  batch: Waiting[],
  results: BatchResult[],
): Promise<Problem | null> {
  const done: { one: Waiting; delivery: Delivery }[] = []
  const capped: Problem[] = []
  let held: Problem | null = null
  for (const [i, one] of batch.entries()) {
    // An answer to sending that was given up, after the next one's.
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
    if (delivery.state === 'stored') ctx.emit('stored', delivery)
    else if (delivery.state === 'conflict') ctx.emit('conflict', delivery)
    else if (delivery.state === 'refused') ctx.emit('refused', delivery)
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
  /** What can't be written is at worst sent once more by the next process, and counts nothing. */
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
  // Where they could not be set aside, the store's copy of them is the only one.
  const gone = done.filter(({ delivery }) => areAside || delivery.state !== 'refused')
  if (gone.length > 0) await attempt(() => store.remove(gone.map(({ one }) => one.entry.receiptId)))
}
