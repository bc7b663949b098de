import type { Run } from '../../connection.ts'
import { byteaArray, textArray } from '../array.ts'
import { ms } from '../clock.ts'

/** A checked receipt on its way in. */
export interface IngestItem {
  apiKey: string
  /** The keyed hash of the client's secret. */
  secretHash: Uint8Array
  id: Uint8Array
  digest: Uint8Array
  issuer: string
  kid: string
  jws: string
  visibility: 'private' | 'public' | 'findable'
  contentDigest: Uint8Array
  jti: string | null
  /** Null unless the receipt is public: only public content is stored. */
  content: Uint8Array | null
  reservation: string | null
  /** The answer for a new receipt; a repeat of a stored one is accepted all the same. */
  refusal: string | null
}

export interface IngestAnswer {
  /** `stored`, `repeat` or the code of the refusal. */
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

/** A field of the items travels as one array, the parameter `p_field_name` of the function. */
const FIELDS = {
  apiKey: 'text',
  secretHash: 'bytea',
  id: 'bytea',
  digest: 'bytea',
  issuer: 'text',
  kid: 'text',
  jws: 'text',
  visibility: 'text',
  contentDigest: 'bytea',
  jti: 'text',
  content: 'bytea',
  reservation: 'text',
  refusal: 'text',
} as const satisfies Record<keyof IngestItem, 'text' | 'bytea'>

const COLUMNS = Object.entries(FIELDS) as [keyof IngestItem, 'text' | 'bytea'][]

const PARAMETERS = COLUMNS.map(([field, type], i) => {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return `p_${name} => $${i + 1}::${type}[]`
})

export const INGEST = `select api_key, answer, other, used::float8, reserved::float8, cap::float8,
  ${ms('resets_at')} as resets_at from ingest(${PARAMETERS.join(', ')})`

/** The answer to one item; or the counter of one API key, if all items were stored as one. */
export interface IngestRow {
  api_key: string | null
  answer: string
  other: Uint8Array | null
  used: number
  reserved: number
  cap: number | null
  resets_at: number
}

/** The group commit in one statement; db/functions/ingest.sql says what it promises. */
export const ingest = async (run: Run, items: IngestItem[]): Promise<IngestAnswer[]> =>
  readAnswers(await run<IngestRow>(INGEST, ingestValues(items)), items)

export const ingestValues = (items: IngestItem[]) =>
  COLUMNS.map(([field, type]) => arrayOf(items, field, type))

export function readAnswers(rows: IngestRow[], items: IngestItem[]): IngestAnswer[] {
  if (items.length === 0) return []
  if (rows[0]!.api_key === null)
    return rows.map((row) => ({ answer: row.answer, other: row.other, usage: usageOf(row) }))
  const counters = new Map(rows.map((row) => [row.api_key, row]))
  // A counter is the API key's just after its last receipt, so the walk begins at the end.
  const answers = new Array<IngestAnswer>(items.length)
  for (let i = items.length - 1; i >= 0; i--) {
    const row = counters.get(items[i]!.apiKey)!
    answers[i] = { answer: 'stored', other: null, usage: usageOf(row) }
    row.used--
  }
  return answers
}

/** An array that holds only NULLs travels empty: `unnest` fills shorter arrays with NULLs. */
function arrayOf(items: IngestItem[], field: keyof IngestItem, type: 'text' | 'bytea') {
  const values = items.map((item) => item[field])
  const given = values.some((value) => value !== null) ? values : []
  return type === 'text'
    ? textArray(given as (string | null)[])
    : byteaArray(given as (Uint8Array | null)[])
}

export const usageOf = (row: Omit<IngestRow, 'api_key' | 'answer' | 'other'>): UsageRow => ({
  used: row.used,
  reserved: row.reserved,
  cap: row.cap,
  resetsAt: new Date(row.resets_at),
})
