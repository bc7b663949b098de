import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listApiKeyOverviews } from '#app/services/api-keys/api-key-overview.ts'
import { listIssuers } from '#app/services/issuers/list-issuers.ts'
import { ApiKeysPage } from '#app/ui/console/api-keys/api-keys-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from '../guard.ts'
import { atPlace } from '../search-days.ts'

const PAGE_API_KEYS = 50

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const query = new URL(args.request.url).searchParams
  const issuer = query.get('issuer')?.trim() ?? ''
  const after = query.get('after')
  const [page, issuers] = await Promise.all([
    listApiKeyOverviews(ctx, {
      issuer: issuer === '' ? null : issuer,
      after,
      limit: PAGE_API_KEYS,
    }),
    listIssuers(ctx, { after: null, limit: 1 }),
  ])
  return {
    keys: page.items,
    issuer,
    hasIssuer: issuers.items.length > 0,
    next: page.next === null ? null : atPlace(query, page.next),
    first: after === null ? null : atPlace(query, null),
  }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('API keys') }]

export default function ApiKeys() {
  return <ApiKeysPage {...useLoaderData<typeof loader>()} />
}
