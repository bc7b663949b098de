import type { Run } from '../connection.ts'

/** The least that is a write: a standby, a read-only server and a stuck commit fail it. */
export const writeReadiness = (run: Run): Promise<unknown> =>
  run(
    `insert into readiness (id, at) values (0, clock_timestamp())
      on conflict (id) do update set at = excluded.at`,
    [],
  )

/**
 * Needs half a mebibyte of new pages, as many receipts do. The small write needs none, and so
 * succeeds on a full disk. The text is random because Postgres would compress another one.
 */
export async function writePages(run: Run): Promise<void> {
  await run(
    `insert into readiness (id, at, filler)
      select n, clock_timestamp(), (select string_agg(md5((n + i + random())::text), '')
          from generate_series(1, 240) i)
        from generate_series(1, 64) n
      on conflict (id) do update set at = excluded.at, filler = excluded.filler`,
    [],
  )
  await run('delete from readiness where id > 0', [])
}
