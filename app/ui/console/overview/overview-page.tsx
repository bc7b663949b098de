import type { Overview } from '#app/services/overview/read-overview.ts'
import { Attention } from './attention.tsx'
import { BarChart } from '../parts/bar-chart.tsx'
import { Beginning } from './beginning.tsx'
import { FullestKeys, RefusedRequests, type Refusal } from './overview-tables.tsx'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DatabaseState, OutboxState } from './portal-state.tsx'

const number = new Intl.NumberFormat('en')
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
/** `2026-11-03` as `3 Nov`. */
const dayLabel = (day: string): string =>
  `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}`

interface OverviewPageProps {
  overview: Omit<Overview, 'refusals'> & {
    publicUrl: string
    refusals: Refusal[]
    isOwnerByPasswordAlone: boolean
  }
}

/** The portal at a glance: first steps, figures, matters that need an admin, then tables. */
export function OverviewPage({ overview }: OverviewPageProps) {
  const { beginning, today, month, days, fullest, refusals, attention } = overview
  const refusedToday = refusals.reduce((sum, one) => sum + one.today, 0)
  const refusedThisWeek = refusals.reduce((sum, one) => sum + one.week, 0)
  return (
    <>
      <PageHead title="Overview" lead="Days and months are counted in UTC." />
      {overview.isOwnerByPasswordAlone ? (
        <Warning>
          You are an owner, and your password alone lets anybody in who learns it.{' '}
          <a href="/admin/account">Add a passkey, or a code from an app</a>
        </Warning>
      ) : null}
      {beginning.hasReceipt ? null : <Beginning state={beginning} publicUrl={overview.publicUrl} />}
      <dl className="tiles">
        <Tile name="Receipts today" value={today} />
        <Tile name="Receipts this month" value={month} />
        <div>
          <dt>Refused today</dt>
          <dd>
            {number.format(refusedToday)}
            <span className="beneath">{number.format(refusedThisWeek)} in seven days</span>
          </dd>
        </div>
        <div>
          <dt>Needs attention</dt>
          <dd>{number.format(countKinds(attention))}</dd>
        </div>
      </dl>
      <Attention items={attention} />
      <div className="panel">
        <BarChart
          title="Receipts in the last 30 days"
          unit={{ one: 'receipt', many: 'receipts' }}
          bars={days.map(({ day, used }, at) => ({
            label: dayLabel(day),
            value: used,
            isOpen: at === days.length - 1,
          }))}
        />
      </div>
      <div className="columns">
        <FullestKeys keys={fullest} />
        <RefusedRequests refusals={refusals} />
        <DatabaseState database={overview.database} />
        <OutboxState outbox={overview.outbox} />
      </div>
    </>
  )
}

/** Each item carries the total of its kind, because the list is cut. */
function countKinds(items: Overview['attention']): number {
  const totals = new Map(items.map(({ kind, total }) => [kind, total]))
  return [...totals.values()].reduce((sum, total) => sum + total, 0)
}

function Tile({ name, value }: { name: string; value: { live: number; test: number } }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {number.format(value.live)}
        <span className="beneath">
          live{value.test === 0 ? '' : `, and ${number.format(value.test)} test`}
        </span>
      </dd>
    </div>
  )
}
