import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { markWebhook, replaceWebhookSecret } from '#app/services/alerts/change-webhook.ts'
import { NewSecretPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { needKeptWebhook } from './find-webhook.ts'
import { requireAct } from '../guard.ts'
import { changedMeanwhile, readSeen, showOnce } from '../once.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Make a new secret') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'alerts/:id/secret')
  const webhook = await needKeptWebhook(ctx, args.params.id)
  return { webhook, seen: await markWebhook(ctx, webhook.id) }
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'alerts/:id/secret')
  const { ctx, by } = signed
  const id = args.params.id ?? ''
  const replaced = await showOnce(
    signed,
    () => replaceWebhookSecret(ctx, by, id, readSeen(signed)),
    () => `/admin/alerts/${id}/secret/:once`,
  )
  if (replaced.ok) return replaced.value
  if (replaced.code === 'changed_meanwhile') throw changedMeanwhile()
  throw new Response(null, { status: 404 })
}

export default function NewWebhookSecret() {
  return <NewSecretPage {...useLoaderData<typeof loader>()} />
}
