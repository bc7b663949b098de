import type { Overview } from '#app/services/overview/read-overview.ts'
import { Badge, TimeText } from '../parts/notice.tsx'

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
/** Readers notice a round trip of this length. */
const SLOW_MS = 100

export function DatabaseState({ database }: Pick<Overview, 'database'>) {
  const { version, bytes, roundTripMs } = database
  const isSlow = roundTripMs >= SLOW_MS
  return (
    <section className="panel" aria-labelledby="database">
      <h2 id="database">
        Database{' '}
        <Badge tone={isSlow ? 'warn' : 'good'}>{isSlow ? 'reachable, slow' : 'reachable'}</Badge>
      </h2>
      <dl className="facts">
        <div>
          <dt>Round trip</dt>
          <dd>{roundTripMs < 1 ? 'under 1 ms' : `${number.format(roundTripMs)} ms`}</dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>{sizeText(bytes)}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>Postgres {version}</dd>
        </div>
      </dl>
    </section>
  )
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Units of 1,000, as disks are sold. */
function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000
    unit++
  }
  return `${number.format(size)} ${UNITS[unit] ?? ''}`
}

export function OutboxState({ outbox }: Pick<Overview, 'outbox'>) {
  const { pending, oldestPendingAt, failed } = outbox
  return (
    <section className="panel" aria-labelledby="outbox">
      <h2 id="outbox">
        Alerts on their way{' '}
        {failed > 0 ? (
          <Badge tone="bad">{number.format(failed)} given up</Badge>
        ) : (
          <Badge tone="good">{pending === 0 ? 'none waiting' : 'on their way'}</Badge>
        )}
      </h2>
      <dl className="facts">
        <div>
          <dt>Waiting</dt>
          <dd>{number.format(pending)}</dd>
        </div>
        <div>
          <dt>Oldest waiting</dt>
          <dd>
            <TimeText at={oldestPendingAt} none="none" />
          </dd>
        </div>
        <div>
          <dt>Given up in seven days</dt>
          <dd>{number.format(failed)}</dd>
        </div>
      </dl>
      <p>
        <a href="/admin/alerts">Alerts and webhooks</a>
      </p>
    </section>
  )
}
