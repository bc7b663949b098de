import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import type { AuditAction } from '#app/services/audit/record-change.ts'
import { AuditList } from '#app/ui/console/audit/audit-list.tsx'
import { ACTION_WORDS } from '#app/ui/console/audit/audit-words.ts'
import { en } from '#app/ui/words/en.ts'
import { readAuditPage } from './audit-search.ts'
import { requireAdmin } from '../guard.ts'
import { atPlace } from '../search-days.ts'

/** The compiler finds an action that has no words. */
ACTION_WORDS satisfies Record<AuditAction, string>

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const query = new URL(args.request.url).searchParams
  const exportHref = `/admin/audit.ndjson${atPlace(query, null)}`
  return { ...(await readAuditPage(ctx, query, null)), exportHref }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Audit') }]

export default function Audit() {
  return <AuditList {...useLoaderData<typeof loader>()} />
}
