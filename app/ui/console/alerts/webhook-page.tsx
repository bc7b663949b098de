import type { WebhookView } from '#app/services/alerts/view-webhook.ts'
import type { DeliveryView } from '#app/services/alerts/list-alerts.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { hostOf } from './alert-words.ts'
import { WebhookState } from './alerts-page.tsx'
import { CsrfField, useSession } from '../parts/console-frame.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { DoneNotice, TimeText, Warning } from '../parts/notice.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Pager } from '../parts/table.tsx'

const DONE = {
  sent: 'The test is on its way. Reload this page to see the answer.',
  enabled: 'This webhook is turned on: it is sent every alert from now on.',
  disabled: 'This webhook is turned off.',
  moved: 'The address was changed.',
  removed: 'This webhook was removed, and its secret destroyed.',
}

interface WebhookPageProps {
  webhook: WebhookView
  deliveries: { items: DeliveryView[]; next: string | null }
  done: string | null
}

/** One webhook: its facts, its deliveries and the acts on it. */
export function WebhookPage({ webhook, deliveries, done }: WebhookPageProps) {
  const mayChange = useSession()?.role !== 'viewer'
  const { id, url, state } = webhook
  return (
    <>
      <PageHead
        title={hostOf(url)}
        crumbs={[{ href: '/admin/alerts', text: 'Alerts' }]}
        actions={mayChange && state !== 'removed' ? <Actions webhook={webhook} /> : undefined}
      />
      <DoneNotice done={done} says={DONE} />
      {state === 'disabled' ? (
        <Warning>
          Turned off since <TimeText at={webhook.disabledAt} />: no alert is sent here. A receiver
          that answers 410 (Gone) turns its webhook off by itself; the deliveries below show whether
          it did.
        </Warning>
      ) : null}
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <Facts>
          <Fact name="Address">
            {/* The path is often a secret that allows its holder to send there. */}
            <code>{mayChange ? url : `${new URL(url).origin}/…`}</code>
          </Fact>
          <Fact name="State">
            <WebhookState state={state} />
          </Fact>
          <Fact name="Added">
            <TimeText at={webhook.createdAt} />
          </Fact>
          <Fact name="Id">
            <code>{id}</code>
          </Fact>
        </Facts>
        {mayChange && state !== 'removed' ? (
          <p className="actions">
            <a className="button secondary small" href={`/admin/alerts/${id}/address`}>
              Change the address
            </a>
            <a className="button secondary small" href={`/admin/alerts/${id}/secret`}>
              Make a new secret…
            </a>
            <a className="button secondary danger small" href={`/admin/alerts/${id}/remove`}>
              Remove…
            </a>
          </p>
        ) : null}
      </section>
      <section className="panel" aria-labelledby="deliveries">
        <h2 id="deliveries">Deliveries</h2>
        <DeliveryTable deliveries={deliveries.items} isOfOne sendable={() => state === 'enabled'} />
        <Pager
          next={
            deliveries.next === null ? null : `/admin/alerts/${id}?deliveries=${deliveries.next}`
          }
        />
      </section>
    </>
  )
}

function Actions({ webhook: { id, state } }: { webhook: WebhookView }) {
  const act = (value: string, text: string, className = 'button') => (
    <form method="post" action={`/admin/alerts/${id}`}>
      <CsrfField />
      <button className={className} type="submit" name="act" value={value}>
        {text}
      </button>
    </form>
  )
  if (state !== 'enabled') return <div className="page-actions">{act('enable', 'Turn on')}</div>
  return (
    <div className="page-actions">
      {act('test', 'Send a test')}
      <AskFirst
        act="Turn off"
        className="button secondary"
        says="It gets no more alerts, and deliveries on their way are stopped. You can turn it on again, and then send stopped deliveries by hand."
      >
        {act('disable', 'Turn it off', 'button danger')}
      </AskFirst>
    </div>
  )
}
