import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listApiKeyOverviews } from '#app/services/api-keys/api-key-overview.ts'
import { listHistory } from '#app/services/audit/list-history.ts'
import { IssuerPage } from '#app/ui/console/issuers/issuer-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { needIssuer } from './find-keys.ts'
import { requireAdmin } from '../guard.ts'

const API_KEYS_SHOWN = 20

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const issuer = await needIssuer(ctx, args.params.slug)
  const { slug } = issuer
  const [apiKeys, history] = await Promise.all([
    listApiKeyOverviews(ctx, { issuer: slug, after: null, limit: API_KEYS_SHOWN }),
    listHistory(ctx, slug),
  ])
  const done = new URL(args.request.url).searchParams.get('done')
  return { issuer, apiKeys: apiKeys.items, hasMore: apiKeys.next !== null, history, done }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Issuer') }]

export default function Issuer() {
  return <IssuerPage {...useLoaderData<typeof loader>()} />
}
