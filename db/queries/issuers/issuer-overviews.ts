import type { Run } from '../../connection.ts'
import { ms } from '../clock.ts'

/** An issuer with the number of its keys and receipts. Times in milliseconds. */
export interface IssuerOverviewRow {
  slug: string
  name: string
  url: string | null
  createdAt: number
  activeSigningKeys: number
  usableApiKeys: number
  /** Receipts of this month through its API keys. */
  usedThisMonth: number
}

/** In order of slug, from the issuer that follows `after`. Only the page's issuers are counted. */
export const selectIssuerOverviews = (
  run: Run,
  after: string,
  limit: number,
): Promise<IssuerOverviewRow[]> =>
  run(
    `select i.slug, i.name, i.url, ${ms('i.created_at')} as "createdAt",
        (select count(*)::int from signing_keys k where k.issuer = i.slug and k.state = 'active')
          as "activeSigningKeys",
        (select count(*)::int from api_keys a where a.issuer = i.slug and a.revoked_at is null
          and (a.expires_at is null or a.expires_at > now())) as "usableApiKeys",
        (select coalesce(sum(c.used), 0)::float8 from api_keys a join cap_usage c
          on c.api_key = a.id and c.period = cap_period(now()) where a.issuer = i.slug)
          as "usedThisMonth"
      from (select * from issuers where slug > $1::text order by slug limit $2::int) i
      order by i.slug`,
    [after, limit],
  )
