import { selectAuditEntries, type AuditRow } from '#db/queries/audit/audit.ts'
import type { Ctx } from '#app/context.ts'
import { toPage, type Page } from '../outcome.ts'
import { isStorable } from '../plain-text.ts'

export interface AuditView {
  id: string
  at: string
  actor: string
  address: string | null
  action: string
  subject: string
  requestId: string | null
  before?: unknown
  after?: unknown
}

/** The place where a page ended: milliseconds since 1970, and the entry's id. */
const PLACE = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
/** Postgres doesn't read the spelling that JavaScript gives to later years. */
const TIME_MAX = Date.UTC(9999, 11, 31)
export const isAuditPlace = (text: string): boolean =>
  Number(PLACE.exec(text)?.[1] ?? Infinity) <= TIME_MAX

/** Conditions of a search; null fits every entry. Times in milliseconds. */
export interface AuditSearch {
  actor: string | null
  /** An action, or a group of them: `access` or `changes`. */
  action: string | null
  subject: string | null
  /** At or after `from` and before `to`. */
  from: number | null
  to: number | null
}

const ALL_ENTRIES: AuditSearch = {
  actor: null,
  action: null,
  subject: null,
  from: null,
  to: null,
}

/** Newest first, beginning after the place `after`. */
export async function listAudit(
  ctx: Ctx,
  { after, limit, ...search }: { after: string | null; limit: number } & Partial<AuditSearch>,
): Promise<Page<AuditView>> {
  const place = isAuditPlace(after ?? '') ? PLACE.exec(after!) : null
  const start = place === null ? null : { at: new Date(Number(place[1])), id: place[2]! }
  const { from, to, ...names } = { ...ALL_ENTRIES, ...search }
  if (Object.values(names).some((name) => !isStorable(name ?? ''))) return { items: [], next: null }
  const filter = { ...names, from: toDate(from), to: toDate(to) }
  const rows = await selectAuditEntries(ctx.db, filter, start, limit + 1)
  return toPage(rows, limit, viewEntry, (row) => `${row.at.getTime()}.${row.id}`)
}

const toDate = (at: number | null): Date | null =>
  at === null ? null : new Date(Math.min(Math.max(at, 0), TIME_MAX))

const EXPORT_PAGE = 1_000

/**
 * Every entry that fits, one line of JSON each, newest first. The portal reads it in pages while it
 * sends, so that a long history never fills the memory. Entries added meanwhile are newer and stay
 * out.
 */
export async function* exportAudit(ctx: Ctx, search: AuditSearch): AsyncGenerator<string> {
  let after: string | null = null
  do {
    const page: Page<AuditView> = await listAudit(ctx, { ...search, after, limit: EXPORT_PAGE })
    yield page.items.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    after = page.next
  } while (after !== null)
}

const viewEntry = (row: AuditRow): AuditView => ({ ...row, at: row.at.toISOString() })
