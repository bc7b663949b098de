import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { revokeApiKey } from '#app/services/api-keys/revoke-api-key.ts'
import { RevokeApiKeyPage } from '#app/ui/console/api-keys/api-key-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { needUsableApiKey, wasRevoked } from './find-api-key.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'api-keys/:id/revoke')
  return { apiKey: await needUsableApiKey(ctx, args.params.id) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by } = await requireAct(args, 'api-keys/:id/revoke')
  const id = args.params.id ?? ''
  const revoked = await revokeApiKey(ctx, by, id)
  if (revoked.ok) return redirect(`/admin/api-keys/${id}?done=revoked`)
  if (revoked.code === 'not_found') throw new Response(null, { status: 404 })
  throw wasRevoked(id)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Revoke an API key') }]

export default function RevokeApiKey() {
  return <RevokeApiKeyPage {...useLoaderData<typeof loader>()} />
}
