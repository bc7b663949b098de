import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { replaceWebhookSecret } from '#app/services/alerts/change-webhook.ts'
import { NewSecretPage, WebhookSecretPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { needKeptWebhook } from './find-webhook.ts'
import { requireAct } from '../guard.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Make a new secret') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'alerts/:id/secret')
  const webhook = await needKeptWebhook(ctx, args.params.id)
  return { webhook, script: args.context.scripts.copy ?? null }
}

/** The secret is in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by } = await requireAct(args, 'alerts/:id/secret')
  const replaced = await replaceWebhookSecret(ctx, by, args.params.id ?? '')
  if (!replaced.ok) throw new Response(null, { status: 404 })
  return { replaced: replaced.value }
}

export default function WebhookSecret() {
  const { webhook, script } = useLoaderData<typeof loader>()
  const replaced = useActionData<typeof action>()?.replaced
  if (replaced !== undefined) return <WebhookSecretPage webhook={replaced} script={script} />
  return <NewSecretPage webhook={webhook} />
}
