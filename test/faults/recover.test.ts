import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pino } from 'pino'
import type { Ctx } from '#app/context.ts'
import { createCtx } from '#app/context.server.ts'
import { findInvitation } from '#app/services/people/invite-admin.ts'
import { joinWithPassword } from '#app/services/people/join.ts'
import { findSession } from '#app/services/door/session.ts'
import { freshVisitor, good, makeAdmin, PASSWORD, tokenOf } from '../support/admins.ts'
import { freshDatabase } from '../support/database.ts'
import { ADMIN_TOKEN, PUBLIC_URL, startPortal } from '../support/portal.ts'
import { findEmbedded, findPort, makeDataDir, spawnPortal } from '../support/spawn-portal.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SECRETS = {
  ADMIN_TOKEN,
  API_KEY_PEPPER: 'a-pepper-for-tests',
  SESSION_SECRET: 'a-session-secret-for-tests',
}
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** What somebody on the server types. */
function runRecover(
  where: Record<string, string>,
  ...names: string[]
): Promise<{ code: number; said: string }> {
  const env = {
    NODE_ENV: 'production' as const,
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...SECRETS,
  }
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'app', 'process', 'recover.mjs'), ...names],
      { cwd: ROOT, env: { ...env, PUBLIC_URL, ...where } },
      (_, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, said: stdout + stderr })
      },
    )
  })
}

async function openCtx(dataDir: string): Promise<Ctx> {
  const { connection } = await findEmbedded(dataDir)
  const ctx = createCtx({
    connection,
    config: {
      publicUrl: PUBLIC_URL,
      adminToken: ADMIN_TOKEN,
      apiKeyPepper: SECRETS.API_KEY_PEPPER,
      sessionSecret: SECRETS.SESSION_SECRET,
      publicCostMsPerMinute: 1_000_000,
      requireSecondFactor: false,
      trustedProxies: [],
    },
    log: pino({ level: 'silent' }),
  })
  cleanups.push(() => ctx.db.close())
  return ctx
}

const LINK = new RegExp(`${PUBLIC_URL}/admin/join/[\\w-]{43}`)

test('a first start prints the link that makes the first owner; one who is lost comes back by a command, whether the portal runs or not', async () => {
  const { dataDir, remove } = await makeDataDir()
  cleanups.push(remove)
  const port = await findPort()
  const portal = await spawnPortal({ port, dataDir, env: { LOG_LEVEL: 'debug' } })
  cleanups.push(() => portal.stop())

  const setup = LINK.exec(portal.said())?.[0]
  expect(portal.said()).toContain('valid for one hour, works once')
  expect(await runRecover({ DATA_DIR: dataDir }, 'Ada')).toMatchObject({
    code: 1,
    said: expect.stringContaining('Nobody has set up the console yet') as string,
  })

  const ctx = await openCtx(dataDir)
  const values = { token: tokenOf(setup!), name: 'Ada', password: PASSWORD }
  const session = good(await joinWithPassword(ctx, freshVisitor(), values))
  expect(await joinWithPassword(ctx, freshVisitor(), { ...values, name: 'Bob' })).toMatchObject({
    ok: false,
    code: 'used',
  })

  const nobody = await runRecover({ DATA_DIR: dataDir }, 'Bob')
  expect([nobody.code, nobody.said]).toEqual([
    1,
    expect.stringContaining('No owner is called “Bob”. The owners are: Ada.'),
  ])
  expect((await runRecover({ DATA_DIR: dataDir })).said).toContain(
    'npm run recover -- "their name"',
  )

  const first = LINK.exec((await runRecover({ DATA_DIR: dataDir }, 'Ada')).said)![0]
  expect(good(await findInvitation(ctx, tokenOf(first)))).toMatchObject({
    kind: 'recover',
    admin: { name: 'Ada' },
  })
  // Nothing of hers ends before the link is used.
  expect(await findSession(ctx, session)).not.toBe(null)
  await ctx.db.close()
  await portal.stop()

  const second = LINK.exec((await runRecover({ DATA_DIR: dataDir }, 'ada')).said)![0]
  const again = await spawnPortal({ port, dataDir })
  cleanups.push(() => again.stop())
  // Somebody is there: no link that makes an owner is printed any more.
  expect(again.said()).not.toMatch(LINK)
  const later = await openCtx(dataDir)
  expect(await findInvitation(later, tokenOf(first))).toMatchObject({ code: 'unknown' })
  const way = { token: tokenOf(second), name: '', password: 'another harbour lantern' }
  expect((await joinWithPassword(later, freshVisitor(), way)).ok).toBe(true)
  expect(await findSession(later, session)).toBe(null)
}, 180_000)

test('with DATABASE_URL the link is made in that database, and a database that is away is said in a sentence', async () => {
  const { connection, drop } = await freshDatabase()
  cleanups.push(drop)
  if ('url' in connection) throw new Error('the tests have a cluster of their own')
  const portal = await startPortal(connection)
  cleanups.push(() => portal.stop())
  await makeAdmin(portal.ctx, 'owner', 'Ada')
  const where = {
    DATABASE_URL: `postgres:///${connection.database}`,
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGPASSWORD: connection.password,
  }
  const { code, said } = await runRecover(where, 'Ada')
  expect(code).toBe(0)
  expect(good(await findInvitation(portal.ctx, tokenOf(LINK.exec(said)![0]))).kind).toBe('recover')
  const away = await runRecover({ ...where, PGPASSWORD: 'wrong' }, 'Ada')
  expect(away.code).toBe(1)
  expect(away.said).toContain("The database of DATABASE_URL can't be used")
  expect(away.said).not.toContain('    at ')
})
