import { asError, CounterfoilError } from './errors.ts'
import type { Problem } from './errors.ts'
import { createEvents, type Events } from './events.ts'
import type { Delivery, FlushResult, OutboxItem, OutboxStore } from './delivery.ts'
import type { Portal } from './portal.ts'

export interface Outbox {
  /** Resolves when the store has it. Throws `outbox_full`, `outbox_unusable`, `outbox_in_use`, `closed`. */
  add(item: OutboxItem): Promise<{ delivery: Promise<Delivery> }>
  /** What waits for this job, if anything does. */
  findJob(jobId: string): OutboxItem | null
  deliveryOf(receiptId: string): Promise<Delivery> | null
  flush(options?: { timeoutMs?: number; parked?: boolean }): Promise<FlushResult>
  close(): Promise<void>
  on: Events['on']
  report(error: CounterfoilError): void
}

const BATCH_ITEMS_MAX = 1_000
/** Below the portal's 4 MiB, with room for what surrounds the items. */
const BATCH_BYTES_MAX = 3_900_000
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 60_000
/** A timer of a platform counts no further than this. */
const TIMER_MAX_MS = 2_000_000_000

interface Waiting {
  entry: OutboxItem
  bytes: number
  resolve: (delivery: Delivery) => void
  delivery: Promise<Delivery>
}

/**
 * Sends what waits, in order and in batches, one batch at a time; tries again for as long as it
 * takes. A receipt leaves the store when the portal has stored or refused it, not before.
 */
export function createOutbox(options: {
  store: OutboxStore
  portal: Portal
  waitingBytesMax: number
  now(): number
  random(): number
}): Outbox {
  const { store, portal } = options
  const waiting = new Map<string, Waiting>()
  const jobs = new Map<string, string>()
  const { emit, on } = createEvents()
  let waitingBytes = 0
  let attempt = 0
  let parkedUntil = 0
  let isClosed = false
  let working: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let onSettled = new Set<() => void>()

  const opened = store.open().then(
    (left) => {
      for (const entry of left) wait(entry)
      if (left.length > 0) kick()
    },
    (thrown: unknown) => {
      throw asError('outbox_unusable', 'The outbox can’t be opened', thrown)
    },
  )
  // Whoever adds hears of it; until then it is not an unhandled rejection.
  opened.catch(() => undefined)

  function wait(entry: OutboxItem): Waiting {
    let resolve: (delivery: Delivery) => void = () => undefined
    const delivery = new Promise<Delivery>((done) => (resolve = done))
    const bytes = JSON.stringify(entry.item).length
    const one: Waiting = { entry, bytes, resolve, delivery }
    waiting.set(entry.receiptId, one)
    if (entry.jobId !== null) jobs.set(entry.jobId, entry.receiptId)
    waitingBytes += bytes
    return one
  }

  function forget({ entry, bytes }: Waiting): void {
    waiting.delete(entry.receiptId)
    if (entry.jobId !== null && jobs.get(entry.jobId) === entry.receiptId) jobs.delete(entry.jobId)
    waitingBytes -= bytes
  }

  function takeBatch(sizeMax: number): Waiting[] {
    const batch: Waiting[] = []
    let bytes = 0
    for (const one of waiting.values()) {
      if (batch.length === sizeMax || (batch.length > 0 && bytes + one.bytes > BATCH_BYTES_MAX))
        break
      batch.push(one)
      bytes += one.bytes
    }
    return batch
  }

  function kick(): void {
    if (working !== null || isClosed || waiting.size === 0) return
    const delay = parkedUntil - options.now()
    if (delay > 0) {
      plan(delay)
      return
    }
    working = work().finally(() => {
      working = null
      for (const settled of onSettled) settled()
      onSettled = new Set()
    })
  }

  function plan(delayMs: number): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(
      () => {
        timer = null
        kick()
      },
      Math.min(delayMs, TIMER_MAX_MS),
    )
    // A program that has ended its work isn't held up by a portal that is away.
    ;(timer as { unref?: () => void }).unref?.()
  }

  async function work(): Promise<void> {
    let sizeMax = BATCH_ITEMS_MAX
    while (waiting.size > 0 && !isClosed) {
      const batch = takeBatch(sizeMax)
      const answer = await portal.postBatch(batch.map((one) => one.entry.item))
      if (answer.kind === 'later') {
        later(answer.afterMs, answer.why)
        return
      }
      if (answer.kind === 'refused') {
        if (answer.problem.status === 413 && batch.length > 1) {
          sizeMax = Math.ceil(batch.length / 2)
          continue
        }
        // 401 and the like say something of the API key, not of the receipts: those are kept.
        if (answer.problem.status !== 413 && answer.problem.status !== 400) {
          emit('error', refusal(answer.problem))
          later(BACKOFF_MAX_MS, `the portal answered ${answer.problem.code}`)
          return
        }
        if (batch.length > 1) {
          sizeMax = 1
          continue
        }
        await settle(batch, [{ status: answer.problem.status, problem: answer.problem }])
        continue
      }
      attempt = 0
      const again = await settle(batch, answer.results)
      if (again === 'parked') plan(parkedUntil - options.now())
      if (again === 'later') later(null, 'the portal could not take all of them')
      if (again !== null) return
    }
  }

  function later(afterMs: number | null, why: string): void {
    attempt++
    const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt - 1, 10))
    // Half of it by chance, so that many processes don't all come back in the same moment.
    const delay = afterMs ?? backoff * (0.5 + options.random() / 2)
    emit('retry', { attempt, afterMs: delay, why })
    plan(delay)
  }

  async function settle(
    batch: Waiting[],
    results: ({ status: number; problem: Problem } | { status: 200 | 201; result: object })[],
  ): Promise<'parked' | 'later' | null> {
    const done: [Waiting, Delivery][] = []
    let cap: Problem | null = null
    let capped = 0
    let isLater = false
    for (const [i, one] of batch.entries()) {
      const result = results[i]!
      const { receiptId } = one.entry
      if (!('problem' in result)) {
        done.push([one, { state: 'stored', receiptId, verifyUrl: linkOf(receiptId) }])
        continue
      }
      const { problem } = result
      if (result.status === 402) {
        cap = problem
        capped++
      } else if (result.status === 429 || result.status >= 500) isLater = true
      else if (problem.code === 'job_conflict' && problem.receiptId !== undefined) {
        const other = problem.receiptId
        const verifyUrl = linkOf(other)
        done.push([one, { state: 'conflict', receiptId: other, verifyUrl, problem }])
      } else done.push([one, { state: 'refused', receiptId, problem }])
    }
    for (const [one] of done) forget(one)
    await store
      .remove(done.map(([one]) => one.entry.receiptId))
      .catch((thrown: unknown) =>
        emit('error', asError('outbox_unusable', 'The outbox can’t be written', thrown)),
      )
    for (const [one, delivery] of done) {
      one.resolve(delivery)
      if (delivery.state === 'stored') emit('stored', delivery)
      else if (delivery.state === 'conflict') emit('conflict', delivery)
      else if (delivery.state === 'refused') emit('refused', delivery)
    }
    if (cap !== null) {
      const resetsAt = Date.parse(cap.resetsAt ?? '')
      // Without a time to wait for, in an hour.
      parkedUntil = Number.isNaN(resetsAt) ? options.now() + 3_600_000 : resetsAt
      emit('parked', { until: parkedUntil, count: capped, problem: cap })
      return 'parked'
    }
    return isLater ? 'later' : null
  }

  const linkOf = (receiptId: string): string => `${portal.url}/r/${receiptId}`

  return {
    async add(entry) {
      await opened
      if (isClosed) throw new CounterfoilError('closed', 'This Counterfoil was closed.')
      const known = waiting.get(entry.receiptId)
      if (known !== undefined) return { delivery: known.delivery }
      if (waiting.size > 0 && waitingBytes > options.waitingBytesMax)
        throw new CounterfoilError(
          'outbox_full',
          `More than ${options.waitingBytesMax} bytes of receipts wait for the portal.`,
        )
      const one = wait(entry)
      try {
        await store.add(entry)
      } catch (thrown) {
        forget(one)
        throw asError('outbox_unusable', 'The receipt can’t be kept in the outbox', thrown)
      }
      kick()
      return { delivery: one.delivery }
    },
    findJob(jobId) {
      return waiting.get(jobs.get(jobId) ?? '')?.entry ?? null
    },
    deliveryOf: (receiptId) => waiting.get(receiptId)?.delivery ?? null,
    async flush({ timeoutMs = 30_000, parked = false } = {}) {
      await opened
      const deadline = options.now() + timeoutMs
      if (parked) parkedUntil = 0
      // What failed before is tried at once: whoever flushes is about to leave.
      if (timer !== null) clearTimeout(timer)
      timer = null
      kick()
      while (waiting.size > 0 && parkedUntil <= options.now() && options.now() < deadline) {
        await nextChange(Math.min(deadline - options.now(), 250))
      }
      const isParked = parkedUntil > options.now()
      return { waiting: waiting.size, parked: isParked ? waiting.size : 0 }
    },
    async close() {
      if (isClosed) return
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await opened.catch(() => undefined)
      await working
      for (const one of waiting.values())
        one.resolve({ state: 'unsent', receiptId: one.entry.receiptId })
      await store.close()
    },
    on,
    report: (error) => emit('error', error),
  }

  function nextChange(msMax: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = setTimeout(resolve, Math.max(0, msMax))
      onSettled.add(() => {
        clearTimeout(stop)
        resolve()
      })
    })
  }
}

const refusal = (problem: Problem): CounterfoilError =>
  new CounterfoilError(
    problem.code === 'cap_exceeded' ? 'cap_exceeded' : 'portal_refused',
    `The portal refused (${problem.status} ${problem.code}): ${problem.detail ?? ''}`.trim(),
    { problem },
  )
