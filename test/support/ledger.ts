import { expect } from 'vitest'
import type { Connection } from '#db/embedded.server.ts'
import { openSql } from './sql.ts'

/** How much a portal has taken in, as its tables say it. */
export interface Totals {
  receipts: number
  contents: number
  jobs: number
  used: number
  reserved: number
}

/** A look into the tables beside the portal: what an answer says is believed only if they agree. */
export function openLedger(connection: Connection) {
  const sql = openSql(connection)

  return {
    sql,
    close: () => sql.end(),

    async totals(): Promise<Totals> {
      const [row] = await sql<[Totals]>`
        select (select count(*)::int from receipts) as receipts,
          (select count(*)::int from contents) as contents,
          (select count(*)::int from jobs) as jobs,
          (select coalesce(sum(used), 0)::int from cap_usage) as used,
          (select coalesce(sum(reserved), 0)::int from cap_usage) as reserved`
      return row
    },

    async countReceipts(apiKey: string): Promise<number> {
      const [row] = await sql<[{ n: number }]>`
        select count(*)::int as n from receipts where api_key = ${apiKey}`
      return row.n
    },

    /** Every counter equals the rows it counts, every job its receipt. */
    async expectBalanced(): Promise<void> {
      const counters = await sql`
        select coalesce(u.api_key, r.api_key) as key, u.used, r.n as rows, u.reserved, h.n as held
        from cap_usage u
        full join (select api_key, cap_period(received_at) as period, count(*) as n
          from receipts group by 1, 2) r on r.api_key = u.api_key and r.period = u.period
        left join (select api_key, period, sum(places) as n from reservations group by 1, 2) h
          on h.api_key = u.api_key and h.period = u.period
        where coalesce(u.used, -1) <> coalesce(r.n, 0) or u.reserved <> coalesce(h.n, 0)`
      const jobs = await sql`
        select coalesce(j.jti, r.jti) as jti from jobs j
        full join (select * from receipts where jti is not null) r
          on r.id = j.receipt_id and r.jti = j.jti and r.mode = j.mode and r.issuer = j.issuer
        where j.jti is null or r.jti is null`
      const contents = await sql`
        select c.receipt_id from contents c left join receipts r on r.id = c.receipt_id
        where r.visibility is distinct from 'public'`
      expect({ counters, jobs, contents }).toEqual({
        counters: [],
        jobs: [],
        contents: [],
      })
    },
  }
}

export type Ledger = ReturnType<typeof openLedger>
