import type { Overview } from '#app/services/overview/read-overview.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { CapMeter, ModeBadge } from '../api-keys/api-key-table.tsx'
import { Empty } from '../parts/notice.tsx'
import { sayNumber } from '../parts/say.ts'
import { DataTable, type Column } from '../parts/table.tsx'

type FullKey = Overview['fullest'][number]
/** A refusal with its title, which only the routes know. */
export type Refusal = Overview['refusals'][number] & { title: string }

/** API keys against their caps, the fullest first. */
export function FullestKeys({ keys }: { keys: FullKey[] }) {
  return (
    <section className="panel" aria-labelledby="fullest">
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
        {mode === 'test' ? <ModeBadge mode={mode} /> : null}
        <span className="beneath">
          <VisibleText text={issuer} />
        </span>
      </>
    ),
  },
  { head: 'This month', cell: ({ used, cap }) => <CapMeter used={used} cap={cap} /> },
]

/** Refused requests by reason, the most frequent first. */
export function RefusedRequests({ refusals }: { refusals: Refusal[] }) {
  return (
    <section className="panel" aria-labelledby="refused">
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
  { head: 'Today', cell: ({ today }) => sayNumber(today), isNumber: true },
  { head: '7 days', cell: ({ week }) => sayNumber(week), isNumber: true },
]
