import { asError, CounterfoilError, refusalOf, type Problem } from '../errors.ts'
import { createEvents, type Events } from './events.ts'
import type { Delivery, FlushResult, OutboxItem, OutboxStore } from './delivery.ts'
import type { Portal } from '../portal/portal.ts'
import { nextBatch, sendWaiting, type Sending } from './send-waiting.ts'
import { startTimer } from '../timer.ts'
import { createWaitingList, type Waiting } from './waiting-list.ts'

export interface Outbox {
  /** Resolves when the store has it. Throws `outbox_full`, `outbox_unusable`, `outbox_in_use`, `closed`. */
  add(item: OutboxItem): Promise<{ delivery: Promise<Delivery> }>
  /** What waits for this job, if anything does; what an earlier process left counts too. */
  findJob(jobId: string): Promise<OutboxItem | null>
  flush(options?: { timeoutMs?: number; parked?: boolean }): Promise<FlushResult>
  close(options?: { timeoutMs?: number }): Promise<void>
  on: Events['on']
  report(error: CounterfoilError): void
}

const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 60_000
/** A portal that says "later" says when; nobody means more than this by it. */
const RETRY_AFTER_MS_MAX = 3_600_000
/** A store that another process has is looked at again this often. */
const REOPEN_MS = 2_000
/** The clock is looked at this often: timers stand still while a machine sleeps. */
const PARKED_LOOK_MS_MAX = 600_000
const FLUSH_TIMEOUT_MS = 30_000
/**
 * Whoever flushes gives up on sending that was not heard of for so long, and sends anew. In a worker
 * at the edge a request that has ended takes along what it began: its answer never comes.
 */
const SILENCE_MS_MAX = 10_000
const SILENCE_LOOK_MS = 500
const CLOSE_TIMEOUT_MS = 2_000

type Timer = ReturnType<typeof setTimeout>

/** A program that has ended its work isn't held up by a portal that is away. */
function startQuietTimer(ms: number, then: () => void): Timer {
  const timer = startTimer(ms, then)
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}

/**
 * Sends what waits, in order and in batches, one batch at a time; tries again for as long as it
 * takes. A receipt leaves the store when the portal has stored or refused it, not before.
 */
export function createOutbox(options: {
  store: OutboxStore
  portal: Portal
  waitingBytesMax: number
  /** Milliseconds since 1970. Neither may throw. */
  now(): number
  random(): number
}): Outbox {
  const { store } = options
  const list = createWaitingList()
  const { emit, on } = createEvents()
  const keeping = new Map<string, Promise<Waiting>>()
  const aborter = new AbortController()
  let opening: Promise<void> | null = null
  let hasOpened = false
  let failures = 0
  /** Until then the cap is full; 0: it isn't, as far as is known. */
  let parkedUntil = 0
  let parkedAt = 0
  let working: Promise<void> | null = null
  /** Who is at work: another number means that an earlier one was given up. */
  let shift = 0
  let heardAt = 0
  let retryTimer: Timer | null = null
  let parkTimer: Timer | null = null
  /** The last answer was a refusal of everything: waiting a moment won't help. */
  let isRefused = false
  let closing: Promise<void> | null = null
  let onChange = new Set<() => void>()

  const isClosed = (): boolean => closing !== null
  /** Where the clock was set back, `parkedUntil` may be a year away by mistake: the portal knows. */
  const isParked = (): boolean => {
    const now = options.now()
    return parkedAt <= now && now < parkedUntil
  }
  const sending: Sending = {
    list,
    store,
    portal: options.portal,
    emit,
    signal: aborter.signal,
    isClosed,
    isParked,
    park,
    changed,
  }

  /** A store that can't be opened now may be later: another process has it until that one ends. */
  const open = (): Promise<void> =>
    (opening ??= openStore().catch((thrown: unknown) => {
      opening = null
      throw asError('outbox_unusable', 'The outbox can’t be opened', thrown)
    }))

  async function openStore(): Promise<void> {
    const left = await store.open()
    for (const entry of left) list.add(entry).isKept = true
    hasOpened = true
    kick()
  }

  function openAgain(isFirst: boolean): void {
    if (isClosed() || hasOpened) return
    open().catch((error: unknown) => {
      if (isFirst) emit('error', error as CounterfoilError)
      startQuietTimer(REOPEN_MS, () => openAgain(false))
    })
  }

  function changed(): void {
    heardAt = options.now()
    const waiting = onChange
    onChange = new Set()
    for (const resume of waiting) resume()
  }

  function stopRetrying(): void {
    if (retryTimer !== null) clearTimeout(retryTimer)
    retryTimer = null
  }

  /** Whatever changes what could be sent ends here. */
  function kick(): void {
    if (working !== null || retryTimer !== null || isClosed()) return
    if (parkedUntil !== 0 && !isParked()) unpark()
    if (isParked())
      parkTimer ??= startQuietTimer(
        Math.min(parkedUntil - options.now(), PARKED_LOOK_MS_MAX),
        () => {
          parkTimer = null
          kick()
        },
      )
    if (nextBatch(sending, 1).length > 0) working = work()
  }

  async function work(): Promise<void> {
    const mine = ++shift
    const isGivenUp = (): boolean => mine !== shift
    heardAt = options.now()
    try {
      const stop = await sendWaiting({ ...sending, isClosed: () => isClosed() || isGivenUp() })
      if (isGivenUp()) return
      isRefused = stop?.kind === 'refused'
      if (stop === null) failures = 0
      else if (stop.kind === 'later') later(stop.afterMs, stop.why)
      else {
        emit('error', refusalOf(stop.problem))
        later(BACKOFF_MAX_MS, `the portal answered ${stop.problem.status} ${stop.problem.code}`)
      }
    } catch (thrown) {
      if (isGivenUp()) return
      emit('error', asError('outbox_unusable', 'Sending failed', thrown))
      later(null, 'sending failed')
    }
    working = null
    changed()
    // What came while the last batch was ending found somebody at work, and relied on that.
    kick()
  }

  /** What was sent in vain is sent twice at worst: to the portal that is a repeat. */
  function endSilence(): void {
    if (working === null || options.now() - heardAt < SILENCE_MS_MAX) return
    shift++
    working = null
    kick()
  }

  function later(askedMs: number | null, why: string): void {
    if (isClosed()) return
    failures++
    const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 10))
    // Partly by chance, so that many processes don't all come back in the same moment.
    const afterMs =
      askedMs === null
        ? backoff * (0.5 + options.random() / 2)
        : Math.min(Math.max(askedMs, BACKOFF_FIRST_MS), RETRY_AFTER_MS_MAX) *
          (1 + options.random() / 10)
    stopRetrying()
    retryTimer = startQuietTimer(afterMs, () => {
      retryTimer = null
      kick()
    })
    emit('retry', { attempt: failures, afterMs, why })
  }

  function park(problem: Problem, count: number): void {
    const resetsAt = Date.parse(problem.resetsAt ?? '')
    parkedAt = options.now()
    // In an hour, where no time was told; never at once, where our clock is ahead of the portal's.
    parkedUntil = Number.isNaN(resetsAt)
      ? parkedAt + RETRY_AFTER_MS_MAX
      : Math.max(resetsAt, parkedAt + BACKOFF_MAX_MS)
    emit('parked', { until: parkedUntil, count, problem })
  }

  function unpark(): void {
    parkedUntil = 0
    list.uncap()
    if (parkTimer !== null) clearTimeout(parkTimer)
    parkTimer = null
  }

  /** Not sent before the store has it, so that no crash can take back a link that works. */
  async function keep(entry: OutboxItem): Promise<Waiting> {
    if (list.count > 0 && list.bytes > options.waitingBytesMax)
      throw new CounterfoilError(
        'outbox_full',
        `More than ${options.waitingBytesMax} bytes of receipts wait for the portal.`,
      )
    const one = list.add(entry)
    try {
      await store.add(entry)
    } catch (thrown) {
      list.remove(one)
      changed()
      throw asError('outbox_unusable', 'The receipt can’t be kept in the outbox', thrown)
    }
    one.isKept = true
    return one
  }

  async function end(timeoutMs: number): Promise<void> {
    await opening?.catch(() => undefined)
    stopRetrying()
    if (parkTimer !== null) clearTimeout(parkTimer)
    const limit = startTimer(timeoutMs, () => aborter.abort())
    await working
    clearTimeout(limit)
    for (const one of list.all()) one.resolve({ state: 'unsent', receiptId: one.entry.receiptId })
    changed()
    await store.close()
  }

  // What an earlier process left is sent even if this one never signs anything.
  openAgain(true)

  return {
    async add(entry) {
      if (isClosed()) throw closed()
      await open()
      if (isClosed()) throw closed()
      const { receiptId } = entry
      let one = list.get(receiptId)
      if (one?.isKept !== true) {
        // The same receipt twice in one moment: the second has to wait for the store as well.
        const pending = keeping.get(receiptId) ?? keep(entry)
        keeping.set(receiptId, pending)
        one = await pending.finally(() => keeping.delete(receiptId))
      }
      kick()
      return { delivery: one.delivery }
    },
    async findJob(jobId) {
      await open()
      return list.findJob(jobId)
    },
    async flush({ timeoutMs = FLUSH_TIMEOUT_MS, parked = false } = {}) {
      await open()
      if (parked) unpark()
      // What failed before is tried at once: whoever flushes is about to leave.
      stopRetrying()
      isRefused = false
      kick()
      let isLate = false
      const limit = startTimer(timeoutMs, () => {
        isLate = true
        changed()
      })
      const look = setInterval(endSilence, SILENCE_LOOK_MS)
      const isHopeful = (): boolean => !isLate && !isRefused && !isClosed()
      while (isHopeful() && list.countReady(isParked()) > 0)
        await new Promise<void>((resume) => onChange.add(resume))
      clearTimeout(limit)
      clearInterval(look)
      return { waiting: list.count, parked: list.count - list.countReady(isParked()) }
    },
    close: ({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) => (closing ??= end(timeoutMs)),
    on,
    report: (error) => emit('error', error),
  }
}

const closed = (): CounterfoilError =>
  new CounterfoilError('closed', 'This Counterfoil was closed.')
