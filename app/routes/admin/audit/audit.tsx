import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listAudit } from '#app/services/audit/list-audit.ts'
import type { AuditAction } from '#app/services/audit/record-change.ts'
import { AuditList } from '#app/ui/console/audit/audit-list.tsx'
import { ACTION_WORDS } from '#app/ui/console/audit/audit-words.ts'
import { en } from '#app/ui/words/en.ts'
import { readAuditSearch } from './audit-search.ts'
import { requireAdmin } from '../guard.ts'
import { atPlace } from '../search-days.ts'

/** The compiler finds an action that has no words. */
ACTION_WORDS satisfies Record<AuditAction, string>

const PAGE_ENTRIES = 50

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const query = new URL(args.request.url).searchParams
  const { search, wrong } = readAuditSearch(query)
  const after = query.get('after')
  const page = await listAudit(ctx, { ...search, after, limit: PAGE_ENTRIES })
  return {
    entries: page.items,
    asked: Object.fromEntries(query),
    wrong,
    next: page.next === null ? null : atPlace(query, page.next),
    first: after === null ? null : atPlace(query, null),
    exportHref: `/admin/audit.ndjson${atPlace(query, null)}`,
  }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Audit') }]

export default function Audit() {
  return <AuditList {...useLoaderData<typeof loader>()} />
}
