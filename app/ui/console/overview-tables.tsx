import { VisibleText } from '../visible-text.tsx'
import { Badge, Empty } from './notice.tsx'
import { DataTable, type Column } from './table.tsx'

export interface FullKey {
  id: string
  name: string
  issuer: string
  mode: 'live' | 'test'
  used: number
  cap: number
}

export interface Refusal {
  code: string
  title: string
  today: number
  week: number
}

const number = new Intl.NumberFormat('en')

/** API keys against their caps, the fullest first. */
export function FullestKeys({ keys }: { keys: FullKey[] }) {
  return (
    <section aria-labelledby="fullest">
      <h2 id="fullest">Caps this month</h2>
      <DataTable
        caption="API keys against their cap, the fullest first"
        columns={KEY_COLUMNS}
        rows={keys}
        rowKey={(key) => key.id}
        empty={
          <Empty
            title="No API key has a cap"
            says="A cap is the most receipts a key may add in a month. It can be set at any time."
            action={<a href="/admin/api-keys">API keys</a>}
          />
        }
      />
    </section>
  )
}

const KEY_COLUMNS: Column<FullKey>[] = [
  {
    head: 'API key',
    cell: ({ id, name, issuer, mode }) => (
      <>
        <a href={`/admin/api-keys/${encodeURIComponent(id)}`}>
          <VisibleText text={name} />
        </a>{' '}
        {mode === 'test' ? <Badge tone="info">test</Badge> : null}
        <span className="beneath">
          <VisibleText text={issuer} />
        </span>
      </>
    ),
  },
  { head: 'Used', cell: (key) => <Share used={key.used} cap={key.cap} /> },
]

const NEAR_SHARE = 0.8

/** The share as a bar; the numbers beside it say the same. */
function Share({ used, cap }: { used: number; cap: number }) {
  if (cap === 0) return <span className="quiet">Closed: its cap is 0</span>
  const share = Math.min(1, used / cap)
  const tone = share >= 1 ? 'bad' : share >= NEAR_SHARE ? 'warn' : 'good'
  return (
    <div className="share" data-tone={tone}>
      <span>
        {number.format(used)} of {number.format(cap)}
      </span>{' '}
      <span className="quiet">({Math.floor(share * 100)} %)</span>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="share-ground" width="100" height="4" rx="1" />
        <rect className="share-used" width={share * 100} height="4" rx="1" />
      </svg>
    </div>
  )
}

/** What was refused, by reason, the most frequent first. */
export function RefusedRequests({ refusals }: { refusals: Refusal[] }) {
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">Refused requests</h2>
      <DataTable
        caption="Refused requests by reason, the most frequent first"
        columns={REFUSAL_COLUMNS}
        rows={refusals}
        rowKey={(refusal) => refusal.code}
        empty={
          <Empty
            title="Nothing was refused in seven days"
            says="Requests with an API key that were refused are counted here by their reason."
          />
        }
      />
    </section>
  )
}

const REFUSAL_COLUMNS: Column<Refusal>[] = [
  {
    head: 'Reason',
    cell: ({ code, title }) => (
      <>
        <a href={`/problems/${code}`}>{title}</a>
        <code className="beneath">{code}</code>
      </>
    ),
  },
  { head: 'Today', cell: ({ today }) => number.format(today), isNumber: true },
  { head: '7 days', cell: ({ week }) => number.format(week), isNumber: true },
]
