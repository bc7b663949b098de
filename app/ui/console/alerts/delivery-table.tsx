import type { DeliveryView } from '#app/services/alerts/list-alerts.ts'
import { alertTitle, hostOf } from './alert-words.ts'
import { CsrfField, useSession } from '../parts/console-frame.tsx'
import { Badge, TimeText, type Tone } from '../parts/notice.tsx'
import { DataTable, type Column } from '../parts/table.tsx'

const STATES: Record<DeliveryView['state'], { tone: Tone; text: string }> = {
  pending: { tone: 'info', text: 'on its way' },
  delivered: { tone: 'good', text: 'delivered' },
  failed: { tone: 'bad', text: 'given up' },
  stopped: { tone: 'quiet', text: 'stopped' },
}

function StateBadge({ state, attempts }: DeliveryView) {
  if (state === 'pending' && attempts > 0) return <Badge tone="warn">trying again</Badge>
  return <Badge tone={STATES[state].tone}>{STATES[state].text}</Badge>
}

/** The receiver's last answer in words. */
function lastAnswer({ lastStatus, lastError, state }: DeliveryView): string {
  const status =
    lastStatus === null
      ? []
      : [state === 'delivered' ? `Answered ${lastStatus}.` : `It answered ${lastStatus}.`]
  return [...status, ...(lastError === null ? [] : [lastError])].join(' ')
}

function Attempts({ delivery: { attempts, nextAttemptAt } }: { delivery: DeliveryView }) {
  const made = attempts === 1 ? '1 attempt' : `${attempts.toLocaleString('en')} attempts`
  if (nextAttemptAt === null) return <>{made}</>
  if (attempts === 0) return <>first attempt within seconds</>
  return (
    <>
      {made}, next <TimeText at={nextAttemptAt} />
    </>
  )
}

interface DeliveryTableProps {
  deliveries: DeliveryView[]
  /** All deliveries are one webhook's, so the rows leave out its name. */
  isOfOne?: boolean
  /** Whether the webhook is turned on: the portal sends to no other. */
  sendable: (webhook: string) => boolean
}

/** Deliveries with the receiver's last answer and the time of the next attempt. */
export function DeliveryTable({ deliveries, isOfOne = false, sendable }: DeliveryTableProps) {
  const maySend = useSession()?.role !== 'viewer'
  const again: Column<DeliveryView> = {
    head: 'Once more',
    cell: (row) => (sendable(row.webhook) ? <SendAgain delivery={row} /> : null),
  }
  return (
    <DataTable
      caption="Deliveries, newest first"
      rows={deliveries}
      rowKey={({ id }) => id}
      empty={<p className="quiet">Nothing was sent yet.</p>}
      columns={[
        {
          head: 'Alert',
          cell: ({ type, webhook, url }) => (
            <>
              {alertTitle(type)}
              {isOfOne ? null : (
                <span className="beneath">
                  to <a href={`/admin/alerts/${webhook}`}>{hostOf(url)}</a>
                </span>
              )}
            </>
          ),
        },
        {
          head: 'State',
          cell: (row) => (
            <>
              <StateBadge {...row} />
              <span className="beneath">{lastAnswer(row)}</span>
            </>
          ),
        },
        {
          head: 'Since',
          cell: (row) => (
            <>
              <TimeText at={row.createdAt} />
              <span className="beneath">
                <Attempts delivery={row} />
              </span>
            </>
          ),
        },
        ...(maySend && deliveries.some(({ webhook }) => sendable(webhook)) ? [again] : []),
      ]}
    />
  )
}

function SendAgain({ delivery: { id, type } }: { delivery: DeliveryView }) {
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
