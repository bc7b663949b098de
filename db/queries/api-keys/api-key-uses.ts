import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'

export interface ApiKeyUse {
  apiKey: string
  /** The age of the use, which lets the database date it by its own clock. */
  ageMs: number
  from: string
}

/**
 * One statement for all keys. A later use from another process stays. All processes write in one
 * order, so that two of them can't deadlock.
 */
export const upsertApiKeyUses = (run: Run, uses: ApiKeyUse[]): Promise<unknown> =>
  run(
    `insert into api_key_uses as u (api_key, last_used_at, last_used_from)
      select n.api_key, clock_timestamp() - n.age * interval '1 millisecond', n.address
        from unnest($1::text[], $2::text[]::float8[], $3::text[]) n(api_key, age, address) order by n.api_key
      on conflict (api_key) do update
        set last_used_at = excluded.last_used_at, last_used_from = excluded.last_used_from
        where excluded.last_used_at > u.last_used_at`,
    [
      textArray(uses.map((use) => use.apiKey)),
      textArray(uses.map((use) => String(use.ageMs))),
      textArray(uses.map((use) => use.from)),
    ],
  )
