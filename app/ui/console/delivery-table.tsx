import { alertTitle, hostOf } from './alert-words.ts'
import { CsrfField, useSession } from './console-frame.tsx'
import { Badge, TimeText, type Tone } from './notice.tsx'
import { DataTable, type Column } from './table.tsx'

export interface DeliveryShown {
  id: string
  webhook: string
  url: string
  type: string
  state: 'pending' | 'delivered' | 'failed'
  attempts: number
  createdAt: string
  nextAttemptAt: string | null
  deliveredAt: string | null
  lastStatus: number | null
  lastError: string | null
}

const STATES: Record<DeliveryShown['state'], { tone: Tone; text: string }> = {
  pending: { tone: 'info', text: 'on its way' },
  delivered: { tone: 'good', text: 'delivered' },
  failed: { tone: 'bad', text: 'given up' },
}

function StateBadge({ state, attempts }: DeliveryShown) {
  if (state === 'pending' && attempts > 0) return <Badge tone="warn">trying again</Badge>
  return <Badge tone={STATES[state].tone}>{STATES[state].text}</Badge>
}

function lastAnswer({ lastStatus, lastError }: DeliveryShown): string {
  const status = lastStatus === null ? [] : [`Status ${lastStatus}`]
  return [...status, ...(lastError === null ? [] : [lastError])].join('. ')
}

interface DeliveryTableProps {
  deliveries: DeliveryShown[]
  /** Of one webhook: then its name is not repeated in each row. */
  isOfOne?: boolean
  /** Only to a webhook that is turned on can anything be sent. */
  sendable: (webhook: string) => boolean
}

/** What was sent, what came back, and when it is tried again. */
export function DeliveryTable({ deliveries, isOfOne = false, sendable }: DeliveryTableProps) {
  const maySend = useSession()?.role !== 'viewer'
  const to: Column<DeliveryShown> = {
    head: 'To',
    cell: ({ webhook, url }) => <a href={`/admin/alerts/${webhook}`}>{hostOf(url)}</a>,
  }
  const again: Column<DeliveryShown> = {
    head: 'Once more',
    cell: (row) => (sendable(row.webhook) ? <SendAgain delivery={row} /> : null),
  }
  return (
    <DataTable
      caption="Deliveries"
      rows={deliveries}
      rowKey={({ id }) => id}
      empty={<p className="quiet">Nothing was sent yet.</p>}
      columns={[
        { head: 'Alert', cell: ({ type }) => alertTitle(type) },
        ...(isOfOne ? [] : [to]),
        { head: 'State', cell: (row) => <StateBadge {...row} /> },
        { head: 'Since', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
        { head: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
        { head: 'Last answer', cell: (row) => lastAnswer(row) || '–' },
        {
          head: 'Next attempt',
          cell: ({ nextAttemptAt, attempts }) =>
            nextAttemptAt !== null && attempts === 0 ? 'now' : <TimeText at={nextAttemptAt} />,
        },
        ...(maySend ? [again] : []),
      ]}
    />
  )
}

function SendAgain({ delivery: { id, type } }: { delivery: DeliveryShown }) {
  return (
    <form method="post" action="/admin/alerts">
      <CsrfField />
      <input type="hidden" name="delivery" value={id} />
      <button className="link-button alerts-again" type="submit">
        Send again<span className="said-only">: {alertTitle(type)}</span>
      </button>
    </form>
  )
}
