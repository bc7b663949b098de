import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'
import { ms } from '../clock.ts'
import { INGEST, ingest, ingestValues, readAnswers, usageOf } from './ingest.ts'
import type { IngestAnswer, IngestItem, IngestRow } from './ingest.ts'

/** Places under a cap: a reservation of `count` places, or one that is given back. */
export type PlacesItem = { apiKey: string; id: string } & (
  { count: number; ttlSeconds: number } | { count: null }
)

/** Everything that counts under a cap. */
export type CountItem = IngestItem | PlacesItem

export interface CountAnswer extends IngestAnswer {
  /** Of a reservation that is held. */
  expiresAt?: Date
}

/** The parameters go on behind those of INGEST. */
const PLACES = `select null as api_key, answer, null::bytea as other, used::float8,
  reserved::float8, cap::float8, ${ms('resets_at')} as resets_at, ${ms('expires_at')} as expires_at
  from change_places($14::text[], $15::text[], $16::text[], $17::text[]::int[],
    $18::text[]::int[])`

/** One statement, so one commit. The places come first: their function locks all counters. */
const BOTH = `${PLACES} union all select *, null from (${INGEST}) i`

interface Row extends IngestRow {
  expires_at: number | null
}

const isReceipt = (item: CountItem): item is IngestItem => 'jws' in item

/** The group commit: receipts, reservations and what is given back travel together. */
export async function countGroup(run: Run, items: CountItem[]): Promise<CountAnswer[]> {
  const receipts = items.filter(isReceipt)
  if (receipts.length === items.length) return ingest(run, receipts)
  const places = items.filter((item): item is PlacesItem => !isReceipt(item))
  const rows = await run<Row>(BOTH, [...ingestValues(receipts), ...placesValues(items, places)])
  const ofPlaces = rows.splice(0, places.length).values()
  const ofReceipts = readAnswers(rows, receipts).values()
  return items.map((item) =>
    isReceipt(item) ? ofReceipts.next().value! : answerOf(ofPlaces.next().value!),
  )
}

const placesValues = (items: CountItem[], places: PlacesItem[]) => [
  textArray([...new Set(items.map((item) => item.apiKey))]),
  textArray(places.map((item) => item.id)),
  textArray(places.map((item) => item.apiKey)),
  textArray(places.map((item) => (item.count === null ? null : String(item.count)))),
  textArray(places.map((item) => (item.count === null ? null : String(item.ttlSeconds)))),
]

const answerOf = (row: Row): CountAnswer => ({
  answer: row.answer,
  other: null,
  usage: usageOf(row),
  ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at) }),
})

/** Of these API keys, those whose counters another transaction has locked. */
export async function selectLocked(run: Run, apiKeys: string[]): Promise<Set<string>> {
  const rows = await run<{ api_key: string }>(
    `with free as materialized (select api_key from cap_usage
        where api_key = any($1::text[]) and period = cap_period(clock_timestamp())
        for update skip locked)
      select api_key from cap_usage
        where api_key = any($1::text[]) and period = cap_period(clock_timestamp())
      except select api_key from free`,
    [textArray(apiKeys)],
  )
  return new Set(rows.map((row) => row.api_key))
}
