import type { Run } from '../../connection.ts'
import { ms } from '../clock.ts'
import type { ApiKeyRecord } from './api-key-records.ts'

/** An API key with this month's counter and its last use. Times in milliseconds. */
export interface ApiKeyOverviewRow {
  id: string
  issuer: string
  name: string
  mode: 'live' | 'test'
  scopes: ApiKeyRecord['scopes']
  cap: number | null
  ratePerSecond: number | null
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  previousExpiresAt: number | null
  used: number
  lastUsedAt: number | null
  lastUsedFrom: string | null
  /** The database's time and date; the counters follow its clock. */
  now: number
  today: string
  resetsAt: number
}

const SELECT = `select a.id, a.issuer, a.name, a.mode, a.scopes, a.cap::float8 as cap,
    a.rate_per_second as "ratePerSecond", ${ms('a.created_at')} as "createdAt",
    ${ms('a.expires_at')} as "expiresAt", ${ms('a.revoked_at')} as "revokedAt",
    ${ms('a.previous_expires_at')} as "previousExpiresAt", coalesce(c.used, 0)::float8 as used,
    ${ms('u.last_used_at')} as "lastUsedAt", u.last_used_from as "lastUsedFrom",
    ${ms('now()')} as now, to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today,
    ${ms('cap_resets_at(now())')} as "resetsAt"
  from api_keys a
  left join cap_usage c on c.api_key = a.id and c.period = cap_period(now())
  left join api_key_uses u on u.api_key = a.id`

/** Newest first, from the key that follows (`createdAt`, `id`); of one issuer or of all. */
export const selectApiKeyOverviews = (
  run: Run,
  range: {
    issuer: string | null
    after: { createdAt: Date; id: string } | null
    limit: number
  },
): Promise<ApiKeyOverviewRow[]> =>
  run(
    `${SELECT}
      where ($1::text is null or a.issuer = $1::text)
        and (a.created_at, a.id) < ($2::text::timestamptz, $3::text)
      order by a.created_at desc, a.id desc limit $4::int`,
    [
      range.issuer,
      range.after?.createdAt.toISOString() ?? 'infinity',
      range.after?.id ?? '',
      range.limit,
    ],
  )

export async function selectApiKeyOverview(
  run: Run,
  id: string,
): Promise<ApiKeyOverviewRow | null> {
  const [row] = await run<ApiKeyOverviewRow>(`${SELECT} where a.id = $1::text`, [id])
  return row ?? null
}
