import { sql } from 'drizzle-orm'
import type { Connection } from './connection.ts'
import { CONNECTIONS_MAX, withConnection } from './pools.server.ts'

/** The first of several processes keeps the connections of its start. */
const OF_THE_FIRST = 4

/**
 * A sentence if so many processes may open more connections than the database gives; null if they
 * fit. The sentence warns and refuses nothing: the portal works until all connections are busy at
 * once, and then answers 503 to a request that finds none.
 */
export async function findLackOfConnections(
  connection: Connection,
  processes: number,
): Promise<string | null> {
  const given = await withConnection(connection, async (orm) => {
    // Postgres 16 has a second kind of reserved connections.
    const { rows } = await orm.execute<{ given: number }>(sql`
      select current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) as given`)
    return rows[0]!.given
  })
  const wanted = processes * CONNECTIONS_MAX + (processes > 1 ? OF_THE_FIRST : 0)
  if (wanted <= given) return null
  const fitting = Math.max(1, Math.floor((given - OF_THE_FIRST) / CONNECTIONS_MAX))
  return `WEB_CONCURRENCY=${processes} may open ${wanted} connections, and the database gives ${given}: set max_connections to ${wanted + 10} there, or WEB_CONCURRENCY to ${fitting}.`
}
