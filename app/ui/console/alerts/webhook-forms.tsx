import type { ReactNode } from 'react'
import { useForm, type SubmissionResult } from '@conform-to/react'
import type { WebhookView } from '#app/services/alerts/view-webhook.ts'
import { hostOf } from './alert-words.ts'
import { CsrfField, OnceFields } from '../parts/console-frame.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { ConsoleForm, FormPanel, Submit, TextField } from '../parts/form.tsx'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'

const WEBHOOK_URL_CHARACTERS_MAX = 2_000

export const ALERTS = { href: '/admin/alerts', text: 'Alerts' }
export const toWebhook = ({ id, url }: WebhookView) => ({
  href: `/admin/alerts/${id}`,
  text: hostOf(url),
})

interface UrlFormProps {
  lastResult: SubmissionResult | null
  /** The webhook whose address changes; left out for a new webhook. */
  webhook?: WebhookView
}

/** The form for the address of a new or an existing webhook. */
export function WebhookUrlPage({ lastResult, webhook }: UrlFormProps) {
  const [form, { url }] = useForm<{ url: string }>({
    lastResult: lastResult ?? undefined,
    defaultValue: { url: webhook?.url ?? '' },
    constraint: { url: { required: true, maxLength: WEBHOOK_URL_CHARACTERS_MAX } },
  })
  const isNew = webhook === undefined
  return (
    <>
      <PageHead
        title={isNew ? 'Add a webhook' : 'Change the address'}
        lead={
          isNew
            ? 'Every alert is sent to it by POST, signed by Standard Webhooks. Its secret is shown once, on the next page.'
            : 'Deliveries on their way go to the new address. The secret stays the same.'
        }
        crumbs={isNew ? [ALERTS] : [ALERTS, toWebhook(webhook)]}
      />
      <FormPanel>
        <ConsoleForm form={form}>
          {isNew ? <OnceFields /> : null}
          <TextField
            meta={url}
            label="Address"
            type="url"
            help="It begins with https:// and its host is on the public internet, for example https://example.com/counterfoil. (A portal that runs under http://localhost may call http://localhost too.)"
          />
          <Submit cancel={isNew ? '/admin/alerts' : `/admin/alerts/${webhook.id}`}>
            {isNew ? 'Add it and show its secret' : 'Change the address'}
          </Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

/** Says what a new secret changes, before it is made. */
export function NewSecretPage({ webhook, seen }: { webhook: WebhookView; seen: string }) {
  return (
    <>
      <PageHead title="Make a new secret" crumbs={[ALERTS, toWebhook(webhook)]} />
      <FormPanel>
        <Warning>
          <p>
            The present secret stops working at once: your receiver will refuse alerts until it
            knows the new one. The portal tries refused alerts again for a day, so none is lost.
          </p>
        </Warning>
        <ConfirmForm webhook={webhook} button="Make a new secret and show it">
          <OnceFields seen={seen} />
        </ConfirmForm>
      </FormPanel>
    </>
  )
}

/** Says what removing the webhook does, before it is removed. */
export function RemoveWebhookPage({ webhook }: { webhook: WebhookView }) {
  return (
    <>
      <PageHead title="Remove this webhook" crumbs={[ALERTS, toWebhook(webhook)]} />
      <FormPanel>
        <Warning tone="bad">
          <p>
            It gets no more alerts, deliveries on their way are stopped, and its secret is
            destroyed. That can’t be undone. The list of its deliveries stays. To pause it, turn it
            off instead.
          </p>
        </Warning>
        <ConfirmForm webhook={webhook} button="Remove the webhook" danger />
      </FormPanel>
    </>
  )
}

interface ConfirmFormProps {
  webhook: WebhookView
  button: string
  danger?: boolean
  /** Further fields of the form. */
  children?: ReactNode
}

function ConfirmForm({ webhook, button, danger = false, children }: ConfirmFormProps) {
  return (
    <form method="post" className="console-form">
      <CsrfField />
      {children}
      <Facts>
        <Fact name="Address">
          <code>{webhook.url}</code>
        </Fact>
      </Facts>
      <Submit danger={danger} cancel={`/admin/alerts/${webhook.id}`}>
        {button}
      </Submit>
    </form>
  )
}
