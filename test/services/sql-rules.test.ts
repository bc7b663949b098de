import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openSql, type Sql } from '../support/sql.ts'

// The rules against SQL that breaks on Citus only, or would tie the tables to one machine or one
// schema. The rules cost nothing here; the catalog of the migrated database is held to them.

const FUNCTIONS = join(import.meta.dirname, '..', '..', 'db', 'functions')

let database: FreshDatabase
let sql: Sql
beforeAll(async () => {
  database = await freshDatabase()
  sql = openSql(database.connection)
})
afterAll(async () => {
  await sql.end()
  await database.drop()
})

test('every table has a primary key', async () => {
  const without = await sql`select relname from pg_class c
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`
  expect(without).toEqual([])
})

test('a trigger on TRUNCATE has no other event', async () => {
  const TRUNCATE = 32
  const OTHERS = 4 + 8 + 16
  const mixed = await sql`select tgname from pg_trigger
    where not tgisinternal and tgtype & ${TRUNCATE}::int <> 0 and tgtype & ${OTHERS}::int <> 0`
  expect(mixed).toEqual([])
})

test.each(['receipts', 'audit_entries'])('%s can only be added to', async (table) => {
  for (const act of [`delete from ${table}`, `truncate ${table}`])
    await expect(sql.unsafe(act)).rejects.toThrow('append-only')
})

test('no table counts with a sequence or an identity column', async () => {
  expect(
    await sql`select relname from pg_class
      where relkind = 'S' and relnamespace = 'public'::regnamespace`,
  ).toEqual([])
  expect(await sql`select attname from pg_attribute where attidentity <> ''`).toEqual([])
})

describe('functions', () => {
  let bodies: { name: string; body: string }[]
  beforeAll(async () => {
    bodies = await sql`
      select p.proname as name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body
        from pg_proc p where p.pronamespace = 'public'::regnamespace
        order by p.proname collate "C"`
  })

  test('each has a file, and each file makes one', () => {
    const files = readdirSync(FUNCTIONS).map((file) => basename(file, '.sql'))
    expect(bodies.map(({ name }) => name)).toEqual(files.sort())
    for (const name of files)
      expect(readFileSync(join(FUNCTIONS, `${name}.sql`), 'utf8')).toMatch(
        new RegExp(`^(--.*\\n)*CREATE OR REPLACE FUNCTION ${name}\\(`),
      )
  })

  test('no body names a schema', () => {
    const named = /\b(?:public|pg_catalog|drizzle)\s*\./i
    expect(bodies.filter(({ body }) => named.test(body))).toEqual([])
  })

  test('no bare array element stands right of SET', () => {
    const bare = /(?:\bSET\b|,)\s+\w+\s*=\s*\w+\[/i
    expect('UPDATE t SET n = 1, m = counts[1]').toMatch(bare)
    expect(bodies.filter(({ body }) => bare.test(body))).toEqual([])
  })
})
