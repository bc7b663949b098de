import { selectApiKeyRecords } from '#db/queries/api-keys/api-key-records.ts'
import type { Ctx } from '#app/context.ts'
import { viewApiKey, type ApiKeyView } from './api-key-view.ts'
import { toPage, type Page } from '../outcome.ts'
import { nameBefore } from '../plain-text.ts'

/** API keys of one issuer or of all, in order of id, after the id `after`. */
export async function listApiKeys(
  ctx: Ctx,
  { issuer, after, limit }: { issuer: string | null; after: string | null; limit: number },
): Promise<Page<ApiKeyView>> {
  const rows = await selectApiKeyRecords(ctx.db, issuer, nameBefore(after), limit + 1)
  return toPage(rows, limit, viewApiKey, (row) => row.id)
}
