import { Buffer } from 'node:buffer'
import type { Run } from '../../connection.ts'
import { byteaArray } from '../array.ts'
import { ms } from '../clock.ts'

/** A receipt with the current facts that its verdict depends on. Times in milliseconds. */
export interface ReceiptRow {
  id: Uint8Array
  digest: Uint8Array
  jws: string
  mode: 'live' | 'test'
  visibility: 'private' | 'public' | 'findable'
  receivedAt: number
  content: Uint8Array | null
  erasedAt: number | null
  revokedAt: number | null
  revokedReason: string | null
  issuer: string
  issuerName: string | null
  issuerUrl: string | null
  kid: string
  publicKey: Uint8Array | null
  keyState: 'active' | 'retired' | 'revoked' | null
  keyPublishedAt: number | null
  keyRetiredAt: number | null
  keyRevokedAt: number | null
  keyCompromisedSince: number | null
  keyReason: string | null
}

const STATEMENT = `select r.id, r.digest, r.jws, r.mode, r.visibility, ${ms('r.received_at')} as "receivedAt",
  c.bytes as content, ${ms('e.erased_at')} as "erasedAt",
  ${ms('v.revoked_at')} as "revokedAt", v.reason as "revokedReason",
  r.issuer, i.name as "issuerName", i.url as "issuerUrl",
  r.kid, k.public_key as "publicKey", k.state as "keyState", ${ms('k.published_at')} as "keyPublishedAt",
  ${ms('k.retired_at')} as "keyRetiredAt", ${ms('k.revoked_at')} as "keyRevokedAt",
  ${ms('k.compromised_since')} as "keyCompromisedSince", k.reason as "keyReason"
  from unnest($1::bytea[]) q(id)
  join receipts r on r.id = q.id
  left join contents c on c.receipt_id = r.id
  left join erasures e on e.receipt_id = r.id
  left join revocations v on v.receipt_id = r.id
  left join signing_keys k on k.kid = r.kid and k.issuer = r.issuer
  left join issuers i on i.slug = r.issuer`

export async function selectReceipts(run: Run, ids: Uint8Array[]): Promise<(ReceiptRow | null)[]> {
  const rows = await run<ReceiptRow>(STATEMENT, [byteaArray(ids)])
  const byId = new Map(rows.map((row) => [Buffer.from(row.id).toString('latin1'), row]))
  return ids.map((id) => byId.get(Buffer.from(id).toString('latin1')) ?? null)
}

/** Findable receipts by the first hexadecimal digits of their content's digest. */
export const selectFindable = (
  run: Run,
  prefixHex: string,
  countMax: number,
): Promise<{ digest: Uint8Array; contentDigest: Uint8Array }[]> => {
  const low = prefixHex.padEnd(64, '0')
  const high = prefixHex.padEnd(64, 'f')
  // `decode` reads hex alone; a cast to bytea would also take other forms of a prefix.
  return run(
    `select digest, content_digest as "contentDigest" from receipts
      where visibility = 'findable' and content_digest between decode($1, 'hex') and decode($2, 'hex')
      order by content_digest, id limit $3`,
    [low, high, countMax],
  )
}
