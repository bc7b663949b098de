import { selectHistory } from '#db/queries/audit/history.ts'
import type { Ctx } from '#app/context.ts'

export interface HistoryEntry {
  id: string
  at: string
  actor: string
  address: string | null
  action: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

const HISTORY_ENTRIES_MAX = 50

/** The latest changes of one signing key, API key or issuer, newest first. */
export async function listHistory(ctx: Ctx, subject: string): Promise<HistoryEntry[]> {
  const rows = await selectHistory(ctx.db, subject, HISTORY_ENTRIES_MAX)
  return rows.map(({ id, at, actor, address, action, before, after }) => ({
    id,
    at: at.toISOString(),
    actor,
    address,
    action,
    before: before as HistoryEntry['before'],
    after: after as HistoryEntry['after'],
  }))
}
