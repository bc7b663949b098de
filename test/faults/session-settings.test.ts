import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDb } from '#db/client.server.ts'
import { migrate } from '#db/migrate.ts'
import { StartError } from '#db/start-error.ts'
import { ask } from '../support/ask.ts'
import { signMany, tally } from '../support/crowd.ts'
import { emptyDatabase, type FreshDatabase } from '../support/database.ts'
import { startPortal } from '../support/portal.ts'
import { openSql, type Sql } from '../support/sql.ts'
import { createService, post } from '../support/world.ts'

/** Each setting would change the meaning of a statement, its right to write, or its time. */
const WRONG = {
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  statement_timeout: '300ms',
  lock_timeout: '1ms',
  idle_session_timeout: '300ms',
  idle_in_transaction_session_timeout: '300ms',
  transaction_timeout: '300ms',
  search_path: 'elsewhere',
  DateStyle: 'German, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Pacific/Chatham',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  client_encoding: 'LATIN1',
}

let database: FreshDatabase
let sql: Sql
const beside = () => openSql({ ...inject('cluster'), database: 'counterfoil' })

beforeAll(async () => {
  database = await emptyDatabase()
  sql = beside()
  const { database: name } = database.connection
  for (const [setting, value] of Object.entries(WRONG))
    await sql.unsafe(`alter database ${name} set ${setting} = ${quote(setting, value)}`)
})
afterAll(async () => {
  await sql.end()
  await database.drop()
})

const quote = (setting: string, value: string) => (setting === 'DateStyle' ? value : `'${value}'`)

test('13.14: settings of the role or the database change nothing of what the portal does', async () => {
  await migrate(database.connection)
  const portal = await startPortal(database.connection)
  try {
    const service = await createService(portal, { cap: 15 })
    const token = service.key.apiKey
    const receipts = await signMany(service, 20)
    const since = Date.now()
    const answers = await Promise.all(receipts.map((receipt) => post(portal, token, receipt)))
    expect(tally(answers)).toEqual({ 201: 15, 402: 5 })
    await portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap: 20 })
    const held = await portal.call<{ expiresAt: string }>('POST', '/v1/reservations', {
      token,
      body: { count: 2, ttlSeconds: 60 },
    })
    expect(held.status, held.text).toBe(201)
    expect(Date.parse(held.body.expiresAt) - since).toBeLessThan(120_000)
    expect(Date.parse(held.body.expiresAt) - since).toBeGreaterThan(0)
    const { receiptId } = answers.find(({ status }) => status === 201)!.body
    const report = await portal.call<{ verdict: string; receivedAt: string }>(
      'GET',
      `/v1/receipts/${receiptId}`,
    )
    expect(report.body.verdict).toBe('valid')
    expect(Math.abs(Date.parse(report.body.receivedAt) - since)).toBeLessThan(60_000)
    const audit = await portal.admin<{ entries: { at: string }[] }>('GET', '/v1/admin/audit')
    expect(audit.status, audit.text).toBe(200)
    expect((await ask(portal, '/readyz')).status).toBe(200)
    await portal.ctx.db.run('select pg_sleep(0.5)', [])
    const rows = await portal.ctx.db.run<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name = any($1::text[]::name[]) and source in ('database', 'user')`,
      [`{${Object.keys(WRONG).join()}}`],
    )
    expect(rows).toEqual([])
  } finally {
    await portal.stop()
  }
})

test('13.14: settings that the URL names are kept', async () => {
  const { host, port, user, password, database: name } = database.connection
  const options = encodeURIComponent('-c search_path=cell -c statement_timeout=7s')
  const url = `postgres://${user}:${password}@localhost/${name}?host=${encodeURIComponent(host)}&port=${port}&options=${options}`
  const own = createDb({ url })
  const rows = await own.run(
    `select current_setting('search_path') as path, current_setting('statement_timeout') as timeout,
      current_setting('TimeZone') as zone`,
    [],
  )
  await own.close()
  expect(rows).toEqual([{ path: 'cell', timeout: '7s', zone: 'UTC' }])
})

test.each(['LATIN1', 'SQL_ASCII'])(
  '13.14: a database in %s is refused at start, in a sentence',
  async (encoding) => {
    const name = `test_${encoding.toLowerCase()}_${process.pid}`
    await sql.unsafe(`create database ${name} encoding '${encoding}' locale_provider 'libc'
      locale 'C' template template0`)
    try {
      const refused = await migrate({ ...inject('cluster'), database: name }).catch(
        (error: unknown) => error,
      )
      expect(refused).toBeInstanceOf(StartError)
      expect((refused as StartError).message).toContain(`is encoded as ${encoding}`)
      expect((refused as StartError).message).toContain('createdb --encoding=UTF8')
      expect((refused as StartError).message.split('\n')).toHaveLength(1)
    } finally {
      await sql.unsafe(`drop database ${name}`)
    }
  },
)
