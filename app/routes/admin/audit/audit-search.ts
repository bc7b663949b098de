import type { Ctx } from '#app/context.ts'
import { listAudit, type AuditSearch } from '#app/services/audit/list-audit.ts'
import { atPlace, readDays } from '../search-days.ts'

/** The filters in an address of the audit, for the page and the export alike. */
export function readAuditSearch(query: URLSearchParams): {
  search: AuditSearch
  wrong: ('from' | 'to')[]
} {
  const { from, to, wrong } = readDays(query)
  const named = (name: string) => query.get(name)?.trim() ?? ''
  const [actor, action, subject] = [named('actor'), named('action'), named('subject')]
  return {
    search: {
      actor: actor === '' ? null : actor,
      action: action === '' ? null : action,
      subject: subject === '' ? null : subject,
      from,
      to,
    },
    wrong,
  }
}

const PAGE_ENTRIES = 50

/** One page of the audit; `group` bounds a search that names no action of it. */
export async function readAuditPage(ctx: Ctx, query: URLSearchParams, group: 'access' | null) {
  const { search, wrong } = readAuditSearch(query)
  const isOther = group !== null && search.action?.startsWith(`${group}.`) !== true
  const after = query.get('after')
  const asked = { ...search, action: isOther ? group : search.action }
  const page = await listAudit(ctx, { ...asked, after, limit: PAGE_ENTRIES })
  return {
    entries: page.items,
    asked: Object.fromEntries(query),
    wrong,
    next: page.next === null ? null : atPlace(query, page.next),
    first: after === null ? null : atPlace(query, null),
  }
}
