import { selectAuditEntries, type AuditRow } from '#db/queries/audit.ts'
import type { Ctx } from '../context.server.ts'
import { toPage, type Page } from './outcome.ts'

export interface AuditView {
  id: string
  at: string
  actor: string
  address: string | null
  action: string
  subject: string
  requestId: string | null
  before: unknown
  after: unknown
}

/** Milliseconds since 1970 and the entry's id: where a page ended. */
const PLACE = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
/** Later years are spelled in a way that Postgres does not read. */
const TIME_MAX = Date.UTC(9999, 11, 31)
export const isAuditPlace = (text: string): boolean =>
  Number(PLACE.exec(text)?.[1] ?? Infinity) <= TIME_MAX

/** Newest first, from the one after `after`. */
export async function listAudit(
  ctx: Ctx,
  { after, limit }: { after: string | null; limit: number },
): Promise<Page<AuditView>> {
  const place = PLACE.exec(after ?? '')
  const from = place === null ? null : { at: new Date(Number(place[1])), id: place[2]! }
  const rows = await selectAuditEntries(ctx.db, from, limit + 1)
  return toPage(rows, limit, viewEntry, (row) => `${row.at.getTime()}.${row.id}`)
}

const viewEntry = (row: AuditRow): AuditView => ({ ...row, at: row.at.toISOString() })
