import type { Run } from '../../connection.ts'
import { ms } from '../clock.ts'

/** `YYYY-MM-DD`, UTC, `ahead` days from today. */
const day = (ahead = 0) =>
  `to_char(now() at time zone 'UTC' + interval '${ahead} day', 'YYYY-MM-DD')`
const USABLE = '(a.revoked_at is null and (a.expires_at is null or a.expires_at > now()))'

export interface UsageNowRow {
  mode: 'live' | 'test'
  month: number
  today: number
}

/**
 * Receipts of this month and of today, by mode. Today's are those since the last count of an
 * earlier day of this month.
 */
export const selectUsageNow = (run: Run): Promise<UsageNowRow[]> =>
  run(
    `select a.mode, sum(c.used)::float8 as month,
      sum(greatest(c.used - coalesce(d.used, 0), 0))::float8 as today
      from api_keys a
      cross join lateral (select used from cap_usage c
        where c.api_key = a.id and c.period = cap_period(now())) c
      left join lateral (select used from usage_days d
        where d.api_key = a.id and d.day >= cap_period(now()) and d.day < ${day()}
        order by d.day desc limit 1) d on true
      group by a.mode`,
    [],
  )

export interface UsageOfDayRow {
  day: string
  used: number
}

/**
 * Receipts of each of the 29 days before today. A day's receipts are the difference between its
 * count and the count before it in the same month, so the statement reads from the first day's
 * month on.
 */
export const selectUsageOfDays = (run: Run): Promise<UsageOfDayRow[]> =>
  run(
    `select day, sum(own)::float8 as used from (
        select d.day, greatest(d.used - coalesce(lag(d.used) over (
            partition by a.id, left(d.day, 7) order by d.day), 0), 0) as own
          from api_keys a cross join lateral (select day, used from usage_days u
            where u.api_key = a.id and u.day >= cap_period(now() - interval '29 day')
              and u.day < ${day()} order by u.day) d
      ) s where day >= ${day(-29)} group by day order by day`,
    [],
  )

export interface FullestRow {
  id: string
  name: string
  issuer: string
  mode: 'live' | 'test'
  used: number
  cap: number
}

/** The API keys by their used share of this month's cap, largest first; a cap of 0 comes last. */
export const selectFullest = (run: Run, limit: number): Promise<FullestRow[]> =>
  run(
    `select a.id, a.name, a.issuer, a.mode, coalesce(c.used, 0)::float8 as used, a.cap::float8
      from api_keys a left join cap_usage c on c.api_key = a.id and c.period = cap_period(now())
      where a.cap is not null and ${USABLE}
      order by (case when a.cap = 0 then -1 else coalesce(c.used, 0)::float8 / a.cap end) desc, a.id
      limit $1::int`,
    [limit],
  )

/**
 * A delivery of this week that the portal gave up: its receiver answered 410, or refused it for a
 * day. A delivery that ended with its webhook, turned off or removed by an admin, doesn't count.
 */
const GIVEN_UP = `d.state = 'failed' and d.attempts > 0 and d.created_at > now() - interval '8 day'
  and (w.disabled_at is null or d.last_status = 410)`

export interface AttentionRow {
  kind: 'cap' | 'expiry' | 'never-used' | 'webhook'
  id: string
  /** A key's name, or a webhook's address. */
  name: string
  used: number | null
  cap: number | null
  /** The time of the key's expiry, of its creation, or of the webhook's last given-up delivery. */
  at: number | null
  /** The number of rows of this kind. */
  total: number
}

/** The rows that need an admin's attention: the most urgent of each kind, and their number. */
export const selectAttention = (
  run: Run,
  values: { capShare: number; expiryDays: number; unusedDays: number; limit: number },
): Promise<AttentionRow[]> =>
  run(
    `select kind, id, name, used::float8, cap::float8, ${ms('at')} as at, total::float8 from (
        select s.*, row_number() over (partition by kind order by urgency, id) as place,
            count(*) over (partition by kind) as total from (
          select 'cap' as kind, a.id, a.name, c.used, a.cap, null::timestamptz as at,
              -(c.used::float8 / a.cap) as urgency
            from api_keys a join cap_usage c on c.api_key = a.id and c.period = cap_period(now())
            where ${USABLE} and a.cap > 0 and c.used >= a.cap * $1::float8
          union all
          select 'expiry', a.id, a.name, null, null, a.expires_at, extract(epoch from a.expires_at)
            from api_keys a
            where ${USABLE} and a.expires_at <= now() + make_interval(days => $2::int)
          union all
          select 'never-used', a.id, a.name, null, null, a.created_at, extract(epoch from a.created_at)
            from api_keys a
            where ${USABLE} and a.created_at <= now() - make_interval(days => $3::int)
              and not exists (select from api_key_uses u where u.api_key = a.id)
              and not exists (select from cap_usage c where c.api_key = a.id and c.used > 0)
          union all
          select 'webhook', w.id, w.url, null, null, f.at, -extract(epoch from f.at)
            from webhooks w cross join lateral (select max(d.created_at) as at from deliveries d
              where d.webhook = w.id and ${GIVEN_UP}) f
            where f.at is not null and octet_length(w.secret) > 0
              and not exists (select from deliveries d where d.webhook = w.id
                and d.state = 'delivered' and d.delivered_at > f.at)
        ) s
      ) t where place <= $4::int order by kind, place`,
    [values.capShare, values.expiryDays, values.unusedDays, values.limit],
  )

export interface OutboxRow {
  pending: number
  oldestPendingAt: number | null
  /** Deliveries given up in the last seven days: those created in the last eight. */
  failed: number
}

/** Pending deliveries are found by their index; of the others only a week's are read. */
export async function selectOutbox(run: Run): Promise<OutboxRow> {
  const [row] = await run<OutboxRow>(
    `select p.pending::float8, ${ms('p.oldest')} as "oldestPendingAt", f.failed::float8
      from (select count(*) as pending, min(created_at) as oldest
              from deliveries where state = 'pending') p,
           (select count(*) as failed from deliveries d join webhooks w on w.id = d.webhook
              where ${GIVEN_UP}) f`,
    [],
  )
  return row!
}

export async function selectDatabase(run: Run): Promise<{ version: string; bytes: number }> {
  const [row] = await run<{ version: string; bytes: number }>(
    `select current_setting('server_version') as version,
      pg_database_size(current_database())::float8 as bytes`,
    [],
  )
  return row!
}

/** The steps to a new portal's first receipt; the first start's sample doesn't count. */
export interface BeginningRow {
  /** The first start made the sample issuer. */
  hasSample: boolean
  hasIssuer: boolean
  hasSigningKey: boolean
  hasApiKey: boolean
  hasReceipt: boolean
}

export async function selectBeginning(
  run: Run,
  sample: { slug: string; actor: string },
): Promise<BeginningRow> {
  const isOwn = (column: string) => `${column} not in (select slug from sample)`
  const [row] = await run<BeginningRow>(
    `with sample as (select i.slug from issuers i where i.slug = $1 and exists (
        select from audit_entries e where e.subject = i.slug
          and e.action = 'issuer.create' and e.actor = $2))
      select exists (select from sample) as "hasSample",
      exists (select from issuers where ${isOwn('slug')}) as "hasIssuer",
      exists (select from signing_keys where state = 'active' and ${isOwn('issuer')})
        as "hasSigningKey",
      exists (select from api_keys a where ${USABLE} and ${isOwn('a.issuer')}) as "hasApiKey",
      exists (select from receipts where ${isOwn('issuer')}) as "hasReceipt"`,
    [sample.slug, sample.actor],
  )
  return row!
}
