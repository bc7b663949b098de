import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listIssuerOverviews } from '#app/services/issuers/issuer-overview.ts'
import { IssuersPage } from '#app/ui/console/issuers/issuers-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from '../guard.ts'

const PAGE_ISSUERS = 50

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const after = new URL(args.request.url).searchParams.get('after')
  const page = await listIssuerOverviews(ctx, { after, limit: PAGE_ISSUERS })
  return { issuers: page.items, next: page.next, isFirst: after === null }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Issuers') }]

export default function Issuers() {
  return <IssuersPage {...useLoaderData<typeof loader>()} />
}
