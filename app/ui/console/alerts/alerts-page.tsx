import type { ReactNode } from 'react'
import type { AlertView, DeliveryView } from '#app/services/alerts/list-alerts.ts'
import type { WebhookView } from '#app/services/alerts/view-webhook.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { alertHref, alertLine, alertTitle, hostOf } from './alert-words.ts'
import { useSession } from '../parts/console-frame.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { Badge, Empty, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable, Pager } from '../parts/table.tsx'

interface AlertsPageProps {
  webhooks: WebhookView[]
  alerts: { items: AlertView[]; next: string | null }
  deliveries: { items: DeliveryView[]; next: string | null }
}

export function AlertsPage({ webhooks, alerts, deliveries }: AlertsPageProps) {
  const mayChange = useSession()?.role !== 'viewer'
  const add = (
    <a className="button" href="/admin/alerts/new">
      Add a webhook
    </a>
  )
  const enabled = new Set(webhooks.filter(({ state }) => state === 'enabled').map(({ id }) => id))
  return (
    <>
      <PageHead
        title="Alerts"
        lead="Alerts tell you at once that a cap runs out, a signing key was revoked or receipts don’t verify."
        actions={mayChange && webhooks.length > 0 ? add : undefined}
      />
      <section className="panel" aria-labelledby="webhooks">
        <h2 id="webhooks">Webhooks</h2>
        <WebhookTable webhooks={webhooks} add={mayChange ? add : undefined} />
      </section>
      <section className="panel" aria-labelledby="alerts">
        <h2 id="alerts">Newest alerts</h2>
        <DataTable
          caption="Alerts, newest first"
          rows={alerts.items}
          rowKey={({ id }) => id}
          empty={<p className="quiet">No alerts so far.</p>}
          columns={[
            {
              head: 'What',
              cell: ({ type }) => <span className="cell-name">{alertTitle(type)}</span>,
            },
            { head: 'About', cell: (alert) => <About alert={alert} /> },
            { head: 'When', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
          ]}
        />
        <Pager next={alerts.next === null ? null : `/admin/alerts?alerts=${alerts.next}#alerts`} />
      </section>
      {deliveries.items.length === 0 ? null : (
        <section className="panel" aria-labelledby="deliveries">
          <h2 id="deliveries">Deliveries</h2>
          <DeliveryTable deliveries={deliveries.items} sendable={(id) => enabled.has(id)} />
          <Pager
            next={
              deliveries.next === null
                ? null
                : `/admin/alerts?deliveries=${deliveries.next}#deliveries`
            }
          />
        </section>
      )}
    </>
  )
}

function About({ alert: { type, subject, data } }: { alert: AlertView }) {
  const href = alertHref(type, subject, data)
  const line = <VisibleText text={alertLine(type, data)} />
  return href === null ? line : <a href={href}>{line}</a>
}

function WebhookTable({ webhooks, add }: { webhooks: WebhookView[]; add: ReactNode }) {
  return (
    <DataTable
      caption="Webhooks, oldest first"
      rows={webhooks}
      rowKey={({ id }) => id}
      empty={
        <Empty
          title="Alerts are listed here, but sent to no webhook yet"
          says="A webhook is an address of yours that is sent each alert at once: at 80 % and 100 % of an API key’s cap, when a signing key is revoked, and when receipts under a published key fail verification. Add one first; then send it a test."
          action={add}
        />
      }
      columns={[
        {
          head: 'Address',
          cell: ({ id, url }) => <a href={`/admin/alerts/${id}`}>{hostOf(url)}</a>,
        },
        { head: 'State', cell: ({ state }) => <WebhookState state={state} /> },
        { head: 'Added', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
      ]}
    />
  )
}

export function WebhookState({ state }: Pick<WebhookView, 'state'>) {
  if (state === 'enabled') return <Badge tone="good">on</Badge>
  return <Badge tone={state === 'disabled' ? 'warn' : 'quiet'}>{STATE_WORDS[state]}</Badge>
}

const STATE_WORDS = { disabled: 'turned off', removed: 'removed' }
