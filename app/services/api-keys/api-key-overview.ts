import {
  selectApiKeyOverview,
  selectApiKeyOverviews,
  type ApiKeyOverviewRow,
} from '#db/queries/api-keys/api-key-overviews.ts'
import type { Ctx } from '#app/context.ts'
import { isApiKeyId, type ApiKeyView } from './api-key-view.ts'
import { toPage, type Page } from '../outcome.ts'
import { isStorable } from '../plain-text.ts'

export type ApiKeyState = 'active' | 'expires-soon' | 'expired' | 'revoked'

/** An API key with its use, as the console lists it. */
export interface ApiKeyOverview extends ApiKeyView {
  state: ApiKeyState
  /** Receipts this month, counted against `cap`. */
  used: number
  resetsAt: string
  lastUsedAt: string | null
  lastUsedFrom: string | null
}

const EXPIRES_SOON_MS = 14 * 86_400_000

/** A page's cursor: its last API key's creation in milliseconds, and that key's id. */
const PLACE = /^(\d{1,14})\.(key_[0-9A-Za-z]{8})$/

/** API keys of one issuer or of all, newest first, after the cursor `after`. */
export async function listApiKeyOverviews(
  ctx: Ctx,
  { issuer, after, limit }: { issuer: string | null; after: string | null; limit: number },
): Promise<Page<ApiKeyOverview>> {
  if (issuer !== null && !isStorable(issuer)) return { items: [], next: null }
  const place = PLACE.exec(after ?? '')
  const rows = await selectApiKeyOverviews(ctx.db.run, {
    issuer,
    after: place === null ? null : { createdAt: new Date(Number(place[1])), id: place[2]! },
    limit: limit + 1,
  })
  return toPage(rows, limit, viewOverview, (row) => `${row.createdAt}.${row.id}`)
}

export async function findApiKeyOverview(ctx: Ctx, id: string): Promise<ApiKeyOverview | null> {
  const row = isApiKeyId(id) ? await selectApiKeyOverview(ctx.db.run, id) : null
  return row === null ? null : viewOverview(row)
}

const toTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()

export const viewOverview = (row: ApiKeyOverviewRow): ApiKeyOverview => ({
  id: row.id,
  issuer: row.issuer,
  name: row.name,
  mode: row.mode,
  scopes: row.scopes,
  cap: row.cap,
  ratePerSecond: row.ratePerSecond,
  createdAt: new Date(row.createdAt).toISOString(),
  expiresAt: toTime(row.expiresAt),
  revokedAt: toTime(row.revokedAt),
  // The console does not show an overlap that has ended.
  previousExpiresAt:
    row.previousExpiresAt !== null && row.previousExpiresAt > row.now
      ? toTime(row.previousExpiresAt)
      : null,
  state: stateOf(row),
  used: row.used,
  resetsAt: new Date(row.resetsAt).toISOString(),
  lastUsedAt: toTime(row.lastUsedAt),
  lastUsedFrom: row.lastUsedFrom,
})

function stateOf({ now, expiresAt, revokedAt }: ApiKeyOverviewRow): ApiKeyState {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt === null || expiresAt - now > EXPIRES_SOON_MS) return 'active'
  return expiresAt > now ? 'expires-soon' : 'expired'
}
