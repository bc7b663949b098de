import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openSql, type Sql } from '../support/sql.ts'

const DB = join(import.meta.dirname, '..', '..', 'db')
const FUNCTIONS = join(DB, 'functions')

let database: FreshDatabase
let sql: Sql
const folders: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  sql = openSql(database.connection)
})
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))
afterAll(async () => {
  await sql.end()
  await database.drop()
})

/** The migrations and functions of another build. */
function copyBuild() {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-build-'))
  folders.push(folder)
  const build = { migrations: join(folder, 'migrations'), functions: join(folder, 'functions') }
  cpSync(join(DB, 'migrations'), build.migrations, { recursive: true })
  cpSync(FUNCTIONS, build.functions, { recursive: true })
  const journal = join(build.migrations, 'meta', '_journal.json')
  const { entries } = JSON.parse(readFileSync(journal, 'utf8')) as {
    entries: { when: number; tag: string }[]
  }
  return {
    build,
    setFunction: (name: string, text: string) => {
      writeFileSync(join(build.functions, `${name}.sql`), text)
    },
    addMigration: (tag: string, text: string) => {
      writeFileSync(join(build.migrations, `${tag}.sql`), text)
      const last = entries.at(-1)!
      entries.push({ ...last, when: last.when + 1, tag })
      writeFileSync(journal, JSON.stringify({ entries }))
    },
  }
}

const answering = (n: number) =>
  `CREATE OR REPLACE FUNCTION answering() RETURNS integer LANGUAGE sql AS 'SELECT ${n}'`
const ask = async (of = sql) => (await of<[{ n: number }]>`select answering() as n`)[0].n

test('a function is applied again where its file changed, and only there', async () => {
  const { build, setFunction } = copyBuild()
  setFunction('answering', answering(1))
  await migrate(database.connection, build)
  expect(await ask()).toBe(1)
  const rows =
    () => sql`select proname, xmin from pg_proc where pronamespace = 'public'::regnamespace
    order by proname, oid`
  const before = await rows()
  await migrate(database.connection, build)
  expect(await rows()).toEqual(before)
  setFunction('answering', answering(2))
  await migrate(database.connection, build)
  expect(await ask()).toBe(2)
  const changed = (await rows()).filter((row, i) => row.xmin !== before[i]!.xmin)
  expect(changed.map((row) => row.proname)).toEqual(['answering'])
})

test('an older portal that restarts beside a newer one leaves the newer functions in force', async () => {
  const old = copyBuild()
  old.setFunction('answering', answering(1))
  const newer = copyBuild()
  newer.setFunction('answering', answering(2))
  newer.addMigration('9999_newer', 'CREATE TABLE newer (n int PRIMARY KEY)')
  await migrate(database.connection, newer.build)
  await migrate(database.connection, old.build)
  expect(await ask()).toBe(2)
  await sql.unsafe(`drop table newer; delete from drizzle.__drizzle_migrations
    where id = (select max(id) from drizzle.__drizzle_migrations)`)
})

test('a function that fails undoes the migrations before it', async () => {
  const { build, setFunction, addMigration } = copyBuild()
  addMigration('9999_half', 'CREATE TABLE half (n int PRIMARY KEY)')
  setFunction('broken', 'CREATE OR REPLACE FUNCTION broken() RETURNS nothing')
  await expect(migrate(database.connection, build)).rejects.toThrow()
  expect(await sql`select from pg_class where relname = 'half'`).toEqual([])
})

test('four processes that start at once on an empty database all find it ready', async () => {
  const empty = await emptyDatabase()
  await Promise.all(Array.from({ length: 4 }, () => migrate(empty.connection)))
  const look = openSql(empty.connection)
  const files = readdirSync(FUNCTIONS).map((file) => basename(file, '.sql'))
  const names = await look`select name from sql_functions order by name collate "C"`
  expect(names.map((row) => row.name)).toEqual(files.sort())
  await look.end()
  await empty.drop()
})

test('every function body is valid against the migrated tables', async () => {
  for (const file of readdirSync(FUNCTIONS))
    await sql.unsafe(readFileSync(join(FUNCTIONS, file), 'utf8'))
})
