import { unwrap } from '#db/connection.ts'
import type { Ctx } from '../context.ts'
import { HOUR_MS, MINUTE_MS } from '../values/duration.ts'
import { copyUsageDays } from '../services/api-keys/copy-usage-days.ts'
import { saveRefusals } from '../services/ingest/count-refusals.ts'
import { saveUses } from '../services/api-keys/note-use.ts'
import { forgetSendings } from '../services/audit/sending.ts'
import { tellLeftOut } from '../services/audit/note-access.ts'
import { forgetExpired } from '../services/forget-expired.ts'
import { deliverAlerts } from '../services/alerts/deliver-alerts.ts'
import { tellFailures } from '../services/alerts/tell-failures.ts'
import { watchCaps } from '../services/alerts/watch-caps.ts'

/** Work that every process of a portal repeats by itself; several may do it at the same time. */
export interface Chore {
  name: string
  everyMs: number
  /** Runs once more when the portal stops, because its notes in memory would be lost. */
  atStop?: boolean
  /** A chore that may take long ends early when `stopping` is aborted. */
  run(ctx: Ctx, stopping: AbortSignal): Promise<void>
}

const CHORES: Chore[] = [
  { name: 'save refusals', everyMs: 5_000, atStop: true, run: saveRefusals },
  { name: 'save last uses', everyMs: 5_000, atStop: true, run: saveUses },
  { name: 'copy usage to its day', everyMs: MINUTE_MS, atStop: true, run: copyUsageDays },
  { name: 'forget what has expired', everyMs: HOUR_MS, run: forgetExpired },
  { name: 'forget results', everyMs: MINUTE_MS, run: forgetSendings },
  { name: 'tell refusals left out', everyMs: HOUR_MS, atStop: true, run: tellLeftOut },
  { name: 'watch caps', everyMs: 5_000, run: watchCaps },
  { name: 'tell failures', everyMs: 5_000, atStop: true, run: tellFailures },
  { name: 'deliver alerts', everyMs: 1_000, run: deliverAlerts },
]

/** Returns a function that stops all chores; its promise settles when the running ones are done. */
export function startChores(ctx: Ctx, chores: Chore[] = CHORES): () => Promise<void> {
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const timers = new Map<Chore, NodeJS.Timeout>()

  const attempt = (chore: Chore): Promise<void> =>
    chore
      .run(ctx, stopping.signal)
      .catch((error: unknown) =>
        ctx.log.warn({ err: unwrap(error), chore: chore.name }, 'a chore failed'),
      )

  const plan = (chore: Chore): void => {
    if (stopping.signal.aborted) return
    const timer = setTimeout(() => {
      const work = attempt(chore).finally(() => {
        running.delete(work)
        plan(chore)
      })
      running.add(work)
    }, chore.everyMs)
    timer.unref()
    timers.set(chore, timer)
  }
  chores.forEach(plan)

  return async () => {
    stopping.abort()
    for (const timer of timers.values()) clearTimeout(timer)
    await Promise.all(running)
    await Promise.all(
      chores.filter((chore) => chore.atStop === true).map((chore) => attempt(chore)),
    )
  }
}
