import type { AuditSearch } from '#app/services/audit/list-audit.ts'
import { readDays } from '../search-days.ts'

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
