import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { findApiKey } from '#app/services/api-keys/find-api-key.ts'
import { listHistory } from '#app/services/audit/list-history.ts'
import { ApiKeyPage } from '#app/ui/console/api-keys/api-key-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const apiKey = await findApiKey(ctx, args.params.id ?? '')
  if (apiKey === null) throw new Response(null, { status: 404 })
  const history = await listHistory(ctx, apiKey.id)
  return { apiKey, history, done: new URL(args.request.url).searchParams.get('done') }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('API key') }]

export default function ApiKey() {
  return <ApiKeyPage {...useLoaderData<typeof loader>()} />
}
