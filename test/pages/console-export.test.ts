import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openConsole } from '../support/console.ts'
import { given, portalTest } from '../support/portal-test.ts'

/** 40 parts of 1,000 entries, a kilobyte each: more than any buffer on the way would hold. */
const ENTRIES = 40_000
const PARTS = ENTRIES / 1_000

/** Every part that is read of the audit. */
let parts: { mock: { calls: unknown[] }; mockClear: () => unknown }

const { portal } = portalTest({ pages: true })
const viewer = given(() => openConsole(portal, 'viewer'))
beforeAll(async () => {
  await portal.ctx.db.run(
    `insert into audit_entries (id, at, actor, action, subject, after)
      select gen_random_uuid(), '2026-03-01'::timestamptz + n * interval '1 ms', 'filler',
        'api_key.update', 'key_filled', jsonb_build_object('n', n, 'text', repeat(md5(n::text), 32))
      from generate_series(1, ${ENTRIES}) n`,
    [],
  )
  // Watched, not replaced.
  const { orm } = portal.ctx.db
  const select = orm.select.bind(orm)
  parts = vi
    .spyOn(orm, 'select')
    .mockImplementation(((...fields: []) => select(...fields)) as typeof orm.select)
})

beforeEach(() => parts.mockClear())

afterAll(() => {
  vi.restoreAllMocks()
})

const ask = (): Promise<IncomingMessage> =>
  new Promise((answered, failed) => {
    const asked = get(
      `${portal.origin}/admin/audit.ndjson?actor=filler`,
      { headers: { cookie: viewer.cookie } },
      answered,
    )
    asked.on('error', failed)
  })
const rest = (ms: number) => new Promise((resume) => setTimeout(resume, ms))
const readSoFar = () => parts.mock.calls.length

/** Until nothing more is read. */
async function settle(): Promise<number> {
  for (let before = -1; ;) {
    if (before === readSoFar()) return before
    before = readSoFar()
    await rest(500)
  }
}

test('whoever reads slowly makes the export wait, and gets the whole of it', async () => {
  const answer = await ask()
  answer.pause()
  const whileWaiting = await settle()
  expect(whileWaiting).toBeGreaterThan(0)
  expect(whileWaiting).toBeLessThan(PARTS / 2)
  let lines = 0
  for await (const chunk of answer) lines += (chunk as Buffer).filter((byte) => byte === 10).length
  expect(lines).toBe(ENTRIES)
  expect(readSoFar()).toBeGreaterThanOrEqual(PARTS)
})

test('whoever hangs up ends it: nothing more is read for them', async () => {
  const answer = await ask()
  answer.once('data', () => answer.destroy())
  await new Promise((closed) => answer.once('close', closed))
  const afterwards = await settle()
  expect(afterwards).toBeLessThan(PARTS / 2)
  expect(portal.logged()).not.toMatch(/"level":(50|60)/)
})

test('no entry that is made meanwhile is in it, nor is any twice', async () => {
  const answer = await ask()
  let text = ''
  answer.setEncoding('utf8')
  answer.pause()
  await portal.ctx.db.run(
    `insert into audit_entries (id, at, actor, action, subject)
      select gen_random_uuid(), now(), 'filler', 'api_key.update', 'later' from generate_series(1, 5)`,
    [],
  )
  for await (const chunk of answer) text += chunk as string
  const numbers = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { after: { n: number } | null }).after?.n)
  expect(numbers.filter((n) => n !== undefined)).toHaveLength(ENTRIES)
  expect(new Set(numbers).size).toBe(ENTRIES)
})
