import { Buffer } from 'node:buffer'
import type { Run } from '../../connection.ts'
import { ms } from '../clock.ts'

/** A receipt as its admins see it in a list. Times in milliseconds. */
export interface ReceiptRecordRow {
  id: Uint8Array
  issuer: string
  issuerName: string | null
  kid: string
  mode: 'live' | 'test'
  visibility: 'private' | 'public' | 'findable'
  apiKey: string
  apiKeyName: string | null
  jti: string | null
  receivedAt: number
  revokedAt: number | null
  erasedAt: number | null
  /** The signing key was revoked, and the receipt was received at or after the key's cut. */
  keyCutIt: boolean
}

export interface ReceiptFilter {
  issuer: string | null
  /** The signing key's. */
  kid: string | null
  mode: 'live' | 'test' | null
  /** Received at or after `from` and before `to`, in milliseconds. */
  from: number | null
  to: number | null
  after: { receivedAt: number; id: Uint8Array } | null
  limit: number
}

/** A receipt without content is not called public: its content was erased, or never came. */
const SHOWN = `case when r.visibility = 'public'
  and not exists (select from contents t where t.receipt_id = r.id)
  then 'private' else r.visibility end`
const RECORD = `r.id, r.issuer, i.name as "issuerName", r.kid, r.mode, ${SHOWN} as visibility,
  r.api_key as "apiKey", a.name as "apiKeyName", r.jti, ${ms('r.received_at')} as "receivedAt",
  ${ms('v.revoked_at')} as "revokedAt", ${ms('e.erased_at')} as "erasedAt",
  coalesce(k.state = 'revoked'
    and r.received_at >= coalesce(k.compromised_since, k.revoked_at), false) as "keyCutIt"`
const BESIDE = `left join issuers i on i.slug = r.issuer
  left join api_keys a on a.id = r.api_key
  left join signing_keys k on k.kid = r.kid and k.issuer = r.issuer
  left join revocations v on v.receipt_id = r.id
  left join erasures e on e.receipt_id = r.id`

/** Whole milliseconds, so that a time equals the one that was written. */
const at = (n: number) => `to_timestamp($${n}::float8 / 1000)::timestamptz(3)`
/**
 * The conditions of both statements; $1 to $4, a bytea as hex (see receipts.ts). Each end has one
 * bound: with two, Postgres may begin at the wrong one and read all rows between them.
 */
const WITHIN = `r.received_at >= ${at(1)} and (r.received_at, r.id) < (${at(2)}, decode($3, 'hex'))`
const LAST_MS = Date.UTC(9999, 11, 31)

function withinValues({ from, to, after }: ReceiptFilter): (string | number)[] {
  const end = to ?? LAST_MS
  // The empty id comes before every other, so a page from `end` excludes `end` itself.
  const before = after !== null && after.receivedAt < end ? after : { receivedAt: end, id: null }
  return [from ?? 0, before.receivedAt, before.id === null ? '' : hex(before.id)]
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * Newest first, of one signing key, one issuer or all. The statement finds the newest receipts of
 * each signing key by the index, then the newest of those. With another join, Postgres may read and
 * sort every receipt.
 */
export const selectNewestReceipts = (
  run: Run,
  filter: ReceiptFilter,
): Promise<ReceiptRecordRow[]> => {
  const mode = filter.mode === null ? '' : `and r.mode = '${filter.mode}'`
  return run(
    `select ${RECORD} from (
        select n.id, n.received_at from signing_keys s cross join lateral (
            select r.id, r.received_at from receipts r
              where r.kid = s.kid and ${WITHIN} ${mode}
              order by r.received_at desc, r.id desc limit $4::int) n
          where ($5::text is null or s.issuer = $5::text)
            and ($6::text is null or s.kid = $6::text)
          order by n.received_at desc, n.id desc limit $4::int
      ) newest
      cross join lateral (select * from receipts r where r.id = newest.id limit 1) r
      ${BESIDE}
      order by r.received_at desc, r.id desc`,
    [...withinValues(filter), filter.limit, filter.issuer, filter.kid],
  )
}

/** The names in a search; null for a name that the search lacks. */
export interface ReceiptNames {
  id: Uint8Array | null
  /** The receipt's digest; or its content's, if the receipt is findable. */
  digest: Uint8Array | null
  jti: string | null
}

/** The receipts that one of the names fits, newest first. Each name has its index. */
export const selectNamedReceipts = (
  run: Run,
  names: ReceiptNames,
  filter: ReceiptFilter,
): Promise<ReceiptRecordRow[]> => {
  const mode = filter.mode === null ? '' : `and r.mode = '${filter.mode}'`
  return run(
    `select ${RECORD} from (
        select decode($7, 'hex') as id where $7 <> ''
        union select substring(decode($8, 'hex') from 1 for 20) where $8 <> ''
        union select f.id from receipts f
          where $8 <> '' and f.visibility = 'findable' and f.content_digest = decode($8, 'hex')
        union select j.receipt_id from issuers s cross join (values ('live'), ('test')) m(mode)
          cross join lateral (select j.receipt_id from jobs j
            where j.issuer = s.slug and j.mode = m.mode and j.jti = $9::text limit 1) j
          where $9::text is not null and ($5::text is null or s.slug = $5::text)
      ) named
      cross join lateral (select * from receipts r where r.id = named.id limit 1) r
      ${BESIDE}
      where ${WITHIN} ${mode} and ($5::text is null or r.issuer = $5::text)
        and ($6::text is null or r.kid = $6::text)
      order by r.received_at desc, r.id desc limit $4::int`,
    [
      ...withinValues(filter),
      filter.limit,
      filter.issuer,
      filter.kid,
      names.id === null ? '' : hex(names.id),
      names.digest === null ? '' : hex(names.digest),
      names.jti,
    ],
  )
}

/** The portal's notes about one receipt, which the public doesn't see. */
export interface ReceiptNotesRow extends ReceiptRecordRow {
  digest: Uint8Array
  /** The length of the stored content; null without content. */
  contentBytes: number | null
}

export async function selectReceiptNotes(
  run: Run,
  id: Uint8Array,
): Promise<ReceiptNotesRow | null> {
  const [row] = await run<ReceiptNotesRow>(
    `select ${RECORD}, r.digest, octet_length(c.bytes) as "contentBytes"
      from receipts r ${BESIDE} left join contents c on c.receipt_id = r.id
      where r.id = decode($1, 'hex')`,
    [hex(id)],
  )
  return row ?? null
}
