import pg from 'pg'
import type { Connection, Run } from '#db/connection.ts'

/** One connection beside the portal's, for tests to look into the tables and to meddle with them. */
export interface Sql {
  /** Values are parameters; `R` is the type of all rows. */
  <R extends object[] = Record<string, string | number | null>[]>(
    parts: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<R>
  unsafe(text: string): Promise<void>
  /** As queries are given it. */
  run: Run
  end(): Promise<void>
}

/** Connects at its first statement, and anew where the server has closed the connection between. */
export function openSql(connection: Connection): Sql {
  const pool = new pg.Pool({
    ...('url' in connection ? { connectionString: connection.url } : connection),
    max: 1,
    idleTimeoutMillis: 0,
  })
  pool.on('error', () => undefined)
  const ask = async <R extends object[]>(parts: TemplateStringsArray, ...values: unknown[]) => {
    const text = parts.reduce((before, part, i) => `${before}$${i}${part}`)
    return (await pool.query(text, values)).rows as R
  }
  const run: Run = async <Row>(text: string, values: unknown[]) =>
    (await pool.query(text, values)).rows as Row[]
  return Object.assign(ask, {
    run,
    unsafe: async (text: string) => {
      await pool.query(text)
    },
    end: () => pool.end(),
  })
}
