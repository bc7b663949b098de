import { Buffer } from 'node:buffer'
import { isReadable } from '#receipt/json.ts'
import { jwkOf, type Jwk } from '#receipt/key.ts'
import { selectFindable } from '#db/queries/verify/receipts.ts'
import { receiptIdOf } from '#receipt/id.ts'
import type { Ctx } from '#app/context.ts'
import { readText } from '#app/values/bytes.ts'
import { toTime } from './build-report.ts'
import { viewReceipt } from './find-receipt.ts'
import { readReceiptState } from './receipt-state.ts'

/** The stored JWS, exactly as it was received; null for an unknown id. */
export async function openReceipt(ctx: Ctx, receiptId: string): Promise<string | null> {
  return (await readReceiptState(ctx, receiptId))?.row.jws ?? null
}

export type OpenedContent =
  { kind: 'content'; bytes: Uint8Array; digest: string } | { kind: 'erased' } | { kind: 'none' }

/** The content, if it is public and still the signed one. */
export async function openContent(ctx: Ctx, receiptId: string): Promise<OpenedContent> {
  const state = await readReceiptState(ctx, receiptId)
  if (state === null) return { kind: 'none' }
  if (state.row.erasedAt !== null) return { kind: 'erased' }
  const { report } = await viewReceipt(ctx, state)
  if (!report.contentAvailable || state.row.content === null) return { kind: 'none' }
  return {
    kind: 'content',
    bytes: state.row.content,
    digest: report.receipt?.claims.content.digest ?? '',
  }
}

/** The file with which an auditor verifies offline. */
export interface PortalBundle {
  v: 1
  receipt: string
  content?: { text: string } | { base64: string }
  keys: {
    jwk: Jwk
    state: 'active' | 'retired' | 'revoked'
    publishedAt: string
    retiredAt?: string
    revokedAt?: string
    compromisedSince?: string
  }[]
}

export async function openBundle(ctx: Ctx, receiptId: string): Promise<PortalBundle | null> {
  const state = await readReceiptState(ctx, receiptId)
  if (state === null) return null
  const { row } = state
  const { report } = await viewReceipt(ctx, state)
  const content = report.contentAvailable ? row.content : null
  const known = row.publicKey !== null && row.keyState !== null && row.keyPublishedAt !== null
  return {
    v: 1,
    receipt: row.jws,
    ...(content === null ? {} : { content: presentContent(content) }),
    keys: known
      ? [
          {
            jwk: jwkOf(row.publicKey!),
            state: row.keyState!,
            publishedAt: toTime(row.keyPublishedAt!),
            ...(row.keyRetiredAt === null ? {} : { retiredAt: toTime(row.keyRetiredAt) }),
            ...(row.keyRevokedAt === null ? {} : { revokedAt: toTime(row.keyRevokedAt) }),
            ...(row.keyCompromisedSince === null
              ? {}
              : { compromisedSince: toTime(row.keyCompromisedSince) }),
          },
        ]
      : [],
  }
}

/** Longer content goes as base64: escaping a mebibyte of text would hold the event loop. */
const TEXT_BYTES_MAX = 64 * 1024

function presentContent(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = bytes.length > TEXT_BYTES_MAX ? null : readText(bytes)
  // A bundle is read strictly, so a text with NUL or a non-character travels as its bytes.
  return text !== null && isReadable(text)
    ? { text }
    : { base64: Buffer.from(bytes).toString('base64') }
}

const MATCHES_MAX = 1_000

/**
 * Findable receipts whose content digest begins with `prefixHex`: a prefix does not tell the portal
 * which text the client holds. `truncated` says that there are more than 1,000; a longer prefix
 * finds fewer.
 */
export async function lookUpDigest(
  ctx: Ctx,
  prefixHex: string,
): Promise<{ matches: { digestHex: string; receiptId: string }[]; truncated: boolean }> {
  const rows = await selectFindable(ctx.db.run, prefixHex, MATCHES_MAX + 1)
  const matches = rows.slice(0, MATCHES_MAX).map((row) => ({
    digestHex: Buffer.from(row.contentDigest).toString('hex'),
    receiptId: receiptIdOf(row.digest),
  }))
  return { matches, truncated: rows.length > MATCHES_MAX }
}
