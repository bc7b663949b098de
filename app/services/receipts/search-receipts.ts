import { Buffer } from 'node:buffer'
import { decodeBase64url } from '#receipt/bytes.ts'
import { parseReceiptId, receiptIdOf } from '#receipt/id.ts'
import {
  selectNamedReceipts,
  selectNewestReceipts,
  selectReceiptNotes,
  type ReceiptFilter,
  type ReceiptNames,
  type ReceiptRecordRow,
} from '#db/queries/receipts/receipt-records.ts'
import type { Ctx } from '#app/context.ts'
import { toPage, type Page } from '../outcome.ts'
import { isStorable } from '../plain-text.ts'

/** A receipt in an admin's list. */
export interface ReceiptRecord {
  receiptId: string
  issuer: string
  issuerName: string | null
  kid: string
  mode: 'live' | 'test'
  visibility: 'private' | 'public' | 'findable'
  apiKey: string
  apiKeyName: string | null
  jti: string | null
  receivedAt: string
  revokedAt: string | null
  erasedAt: string | null
  /** The revocation of its signing key covers this receipt. */
  keyCutIt: boolean
}

export interface ReceiptNotes extends ReceiptRecord {
  /** SHA-256 of the receipt, as hex. */
  digestHex: string
  contentBytes: number | null
}

export interface ReceiptSearch {
  /** The receipt that the typed text names, if it was a link, an id or a receipt. */
  receiptId: string | null
  /** The typed text: a digest, or else a job. Empty for all receipts, newest first. */
  text: string
  issuer: string | null
  /** The signing key's. */
  kid: string | null
  mode: 'live' | 'test' | null
  /** Milliseconds; received at or after `from` and before `to`. */
  from: number | null
  to: number | null
  after: string | null
  limit: number
}

/** The place where a page ended: milliseconds since 1970, and the receipt's id. */
const PLACE = /^(\d{1,15})\.(rec_[0-9a-hjkmnp-tv-z]{32})$/

/** Newest first. A search by name and a list of all receipts both use indexes alone. */
export async function searchReceipts(
  ctx: Ctx,
  search: ReceiptSearch,
): Promise<Page<ReceiptRecord>> {
  const { issuer, kid, mode, limit } = search
  const [from, to] = [clamp(search.from), clamp(search.to)]
  const filter = { issuer, kid, mode, from, to, after: readPlace(search.after), limit: limit + 1 }
  const rows = await select(ctx, search, filter)
  return toPage(rows, limit, viewRecord, (row) => `${row.receivedAt}.${receiptIdOf(row.id)}`)
}

function select(
  ctx: Ctx,
  { receiptId, text, issuer, kid }: ReceiptSearch,
  filter: ReceiptFilter,
): Promise<ReceiptRecordRow[]> {
  if ([text, issuer, kid].some((name) => !isStorable(name ?? ''))) return Promise.resolve([])
  if (receiptId === null && text === '') return selectNewestReceipts(ctx.db.run, filter)
  const names: ReceiptNames =
    receiptId === null
      ? { id: null, digest: readDigest(text), jti: text }
      : { id: parseReceiptId(receiptId), digest: null, jti: null }
  return selectNamedReceipts(ctx.db.run, names, filter)
}

/** 32 bytes in hex or base64url, with or without the padding. */
function readDigest(text: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[\w-]{43}=?$/.test(text) ? decodeBase64url(text.replace('=', '')) : null
}

const TIME_MAX = Date.UTC(9999, 11, 31)
const clamp = (at: number | null): number | null =>
  at === null || Number.isNaN(at) ? null : Math.min(Math.max(at, 0), TIME_MAX)

function readPlace(after: string | null): ReceiptFilter['after'] {
  const place = PLACE.exec(after ?? '')
  const id = parseReceiptId(place?.[2] ?? '')
  const receivedAt = Number(place?.[1])
  return id === null || receivedAt > TIME_MAX ? null : { receivedAt, id }
}

/** Null for an unknown or malformed id. */
export async function readReceiptNotes(ctx: Ctx, receiptId: string): Promise<ReceiptNotes | null> {
  const id = parseReceiptId(receiptId)
  const row = id === null ? null : await selectReceiptNotes(ctx.db.run, id)
  if (row === null) return null
  const digestHex = Buffer.from(row.digest).toString('hex')
  return { ...viewRecord(row), digestHex, contentBytes: row.contentBytes }
}

function viewRecord(row: ReceiptRecordRow): ReceiptRecord {
  return {
    receiptId: receiptIdOf(row.id),
    issuer: row.issuer,
    issuerName: row.issuerName,
    kid: row.kid,
    mode: row.mode,
    visibility: row.visibility,
    apiKey: row.apiKey,
    apiKeyName: row.apiKeyName,
    jti: row.jti,
    receivedAt: new Date(row.receivedAt).toISOString(),
    revokedAt: toTime(row.revokedAt),
    erasedAt: toTime(row.erasedAt),
    keyCutIt: row.keyCutIt,
  }
}

const toTime = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString()
