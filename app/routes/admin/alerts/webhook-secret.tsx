import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import type { WebhookWithSecret } from '#app/services/alerts/create-webhook.ts'
import { hostOf } from '#app/ui/console/alerts/alert-words.ts'
import { WebhookSecretPage } from '#app/ui/console/alerts/webhook-secret.tsx'
import { ShownBefore } from '#app/ui/console/parts/shown-before.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needWebhook } from './find-webhook.ts'
import { requireAdmin } from '../guard.ts'
import { statusOf, takeShown } from '../once.ts'

/** The only page that ever shows the secret. */
export async function loader(args: LoaderFunctionArgs) {
  const signed = await requireAdmin(args, 'admin')
  const webhook = await needWebhook(signed.ctx, args.params.id)
  const shown = await takeShown<WebhookWithSecret>(signed, args)
  const script = args.context.scripts.copy ?? null
  return answerJson({ webhook, shown, script }, { status: statusOf(shown) })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('The secret of a webhook') }]

export default function WebhookSecret() {
  const { webhook, shown, script } = useLoaderData<typeof loader>()
  if (shown !== null) return <WebhookSecretPage webhook={shown} script={script} />
  const page = `/admin/alerts/${webhook.id}`
  return (
    <ShownBefore
      what="secret"
      back="To the webhook"
      crumbs={[
        { href: '/admin/alerts', text: 'Alerts' },
        { href: page, text: hostOf(webhook.url) },
      ]}
      {...(webhook.state === 'removed'
        ? {}
        : { again: { href: `${page}/secret`, text: 'Make a new secret' } })}
    >
      Is it lost? Make a new secret and give it to the receiver: the portal tries refused alerts
      again for a day, so none is lost.
    </ShownBefore>
  )
}
