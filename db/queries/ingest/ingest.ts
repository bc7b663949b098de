import { Buffer } from 'node:buffer'
import { DatabaseUnavailable, type Run } from '../../connection.ts'
import { textArray, byteaArray } from '../array.ts'

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

const EACH = `select answer, other, used::float8, reserved::float8, cap::float8,
  extract(epoch from resets_at)::float8 * 1000 as resets_at
  from ingest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::bytea[], $10::text[], $11::bytea[], $12::text[], $13::text[])`

const NEW = `select api_key, used::float8, reserved::float8, cap::float8,
  extract(epoch from resets_at)::float8 * 1000 as resets_at
  from ingest_new($1::text[], $2::bytea[], $3::integer[], $4::text[], $5::text[], $6::text[],
                  $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
                  $13::bytea[], $14::text[], $15::bytea[])`

interface CounterRow {
  used: number
  reserved: number
  cap: number | null
  resets_at: number
}

/**
 * How long the first statement may take for a second one to follow. Postgres ends a statement after
 * 15 s, and who waits for a group is told after 20 that nothing was stored: that must stay true.
 */
const FIRST_MS_MAX = 4_000

/**
 * The group commit. Most groups hold nothing but new receipts, and cost a quarter less where they
 * are stored as one. A group that can't be is given to `ingest`, which decides on each, and so is
 * the next one, until all were new again: repeats and refusals rarely come alone.
 */
export function createIngest(run: Run): (items: IngestItem[]) => Promise<IngestAnswer[]> {
  let areLikelyNew = true
  return async (items) => {
    const began = performance.now()
    const stored = areLikelyNew ? await storeNew(run, items) : null
    if (stored !== null) return stored
    if (performance.now() - began > FIRST_MS_MAX) {
      throw new DatabaseUnavailable('the database took too long to say that not all are new')
    }
    const answers = await ingestEach(run, items)
    areLikelyNew = answers.every(({ answer }) => answer === 'stored')
    return answers
  }
}

/** One call of the function that decides: see `ingest` in the migrations for what it promises. */
export async function ingestEach(run: Run, items: IngestItem[]): Promise<IngestAnswer[]> {
  const rows = await run<CounterRow & { answer: string; other: Uint8Array | null }>(EACH, [
    textArray(items.map((i) => i.apiKey)),
    byteaArray(items.map((i) => i.secretHash)),
    ...columnsOf(items),
    textArray(unlessEmpty(items.map((i) => i.reservation))),
    textArray(unlessEmpty(items.map((i) => i.refusal))),
  ])
  return rows.map((row) => ({
    answer: row.answer,
    other: row.other,
    usage: usageOf(row, row.used),
  }))
}

/** All of them, where all are new and there is room; otherwise none, and null. See `ingest_new`. */
export async function storeNew(run: Run, items: IngestItem[]): Promise<IngestAnswer[] | null> {
  const named = namesIn(items)
  if (named === null) return null
  const { apiKeys, issuers } = named
  const rows = await run<CounterRow & { api_key: string }>(NEW, [
    textArray([...apiKeys.keys()]),
    byteaArray([...apiKeys.values()].map((key) => key.secretHash)),
    `{${[...apiKeys.values()].map((key) => key.posts).join()}}`,
    textArray([...issuers.keys()]),
    textArray([...issuers.values()]),
    textArray(items.map((i) => i.apiKey)),
    ...columnsOf(items),
  ])
  if (rows.length === 0) return null
  const counters = new Map(rows.map((row) => [row.api_key, row]))
  return items.map(({ apiKey }) => {
    const used = counters.get(apiKey)!.used - --apiKeys.get(apiKey)!.posts
    return { answer: 'stored', other: null, usage: usageOf(counters.get(apiKey)!, used) }
  })
}

interface Names {
  /** The distinct API keys. */
  apiKeys: Map<string, { secretHash: Uint8Array; posts: number }>
  /** Of the distinct signing keys. */
  issuers: Map<string, string>
}

/** Null for a group that can't be stored as one, whatever the database says. */
function namesIn(items: IngestItem[]): Names | null {
  const apiKeys: Names['apiKeys'] = new Map()
  const issuers: Names['issuers'] = new Map()
  for (const { apiKey, secretHash, kid, issuer, reservation, refusal } of items) {
    if (reservation !== null || refusal !== null) return null
    const known = apiKeys.get(apiKey)
    if (known === undefined) apiKeys.set(apiKey, { secretHash, posts: 1 })
    else if (Buffer.compare(known.secretHash, secretHash) !== 0) return null
    else known.posts++
    if ((issuers.get(kid) ?? issuer) !== issuer) return null
    issuers.set(kid, issuer)
  }
  return { apiKeys, issuers }
}

/** `p_id` to `p_content`, which both functions take. */
const columnsOf = (items: IngestItem[]): Uint8Array[] => [
  byteaArray(items.map((i) => i.id)),
  byteaArray(items.map((i) => i.digest)),
  textArray(items.map((i) => i.issuer)),
  textArray(items.map((i) => i.kid)),
  textArray(items.map((i) => i.jws)),
  textArray(items.map((i) => i.visibility)),
  byteaArray(items.map((i) => i.contentDigest)),
  textArray(unlessEmpty(items.map((i) => i.jti))),
  byteaArray(unlessEmpty(items.map((i) => i.content))),
]

const usageOf = (row: CounterRow, used: number): UsageRow => ({
  used,
  reserved: row.reserved,
  cap: row.cap,
  resetsAt: new Date(row.resets_at),
})

/** `unnest` fills the shorter arrays with NULLs. */
const unlessEmpty = <T>(values: (T | null)[]): (T | null)[] =>
  values.some((value) => value !== null) ? values : []
