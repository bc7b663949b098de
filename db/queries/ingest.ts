import type { Run } from '../connection.ts'
import { textArray, byteaArray } from './array.ts'

/** A checked receipt on its way in. */
export interface IngestItem {
  apiKey: string
  /** Of the secret it was posted with. */
  secretHash: Uint8Array
  id: Uint8Array
  digest: Uint8Array
  issuer: string
  kid: string
  jws: string
  visibility: 'private' | 'public' | 'findable'
  contentDigest: Uint8Array
  jti: string | null
  /** Kept only where it is public. */
  content: Uint8Array | null
  reservation: string | null
  /** The answer if this receipt is not stored already. */
  refusal: string | null
}

export interface IngestAnswer {
  /** `stored`, `repeat`, or the code of the refusal. */
  answer: string
  /** For `job_conflict`: the receipt that holds the job. */
  other: Uint8Array | null
  usage: UsageRow
}

/** An API key's counter for the month, just after this item. */
export interface UsageRow {
  used: number
  reserved: number
  cap: number | null
  resetsAt: Date
}

const STATEMENT = `select answer, other, used::float8, reserved::float8, cap::float8,
  extract(epoch from resets_at)::float8 * 1000 as resets_at
  from ingest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::bytea[], $10::text[], $11::bytea[], $12::text[], $13::text[])`

/** One call of the group-commit function: see `ingest` in the migrations for what it promises. */
export async function ingestReceipts(run: Run, items: IngestItem[]): Promise<IngestAnswer[]> {
  const rows = await run<{
    answer: string
    other: Uint8Array | null
    used: number
    reserved: number
    cap: number | null
    resets_at: number
  }>(STATEMENT, [
    textArray(items.map((i) => i.apiKey)),
    byteaArray(items.map((i) => i.secretHash)),
    byteaArray(items.map((i) => i.id)),
    byteaArray(items.map((i) => i.digest)),
    textArray(items.map((i) => i.issuer)),
    textArray(items.map((i) => i.kid)),
    textArray(items.map((i) => i.jws)),
    textArray(items.map((i) => i.visibility)),
    byteaArray(items.map((i) => i.contentDigest)),
    textArray(unlessEmpty(items.map((i) => i.jti))),
    byteaArray(unlessEmpty(items.map((i) => i.content))),
    textArray(unlessEmpty(items.map((i) => i.reservation))),
    textArray(unlessEmpty(items.map((i) => i.refusal))),
  ])
  return rows.map((row) => ({
    answer: row.answer,
    other: row.other,
    usage: {
      used: row.used,
      reserved: row.reserved,
      cap: row.cap,
      resetsAt: new Date(row.resets_at),
    },
  }))
}

/** `unnest` fills the shorter arrays with NULLs. */
const unlessEmpty = <T>(values: (T | null)[]): (T | null)[] =>
  values.some((value) => value !== null) ? values : []
