import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ACTS, type ActName } from '#app/routes/admin/acts.ts'
import { CONSOLE_PAGES } from '#app/routes.ts'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { closeSession, confirmSession, findSession } from '#app/services/door/session.ts'
import { BY, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { knock } from '../support/door.ts'
import { portalTest } from '../support/portal-test.ts'
import { makeSigner, signProof } from '../support/signing.ts'
import { createService, postText, publishKey } from '../support/world.ts'

const APP = resolve(import.meta.dirname, '../../app')
const { portal } = portalTest({ pages: true })

/** Forms for people who are not signed in. */
const OPEN = ['sign-in', 'sign-in/code', 'sign-in/passkey', 'join/:token', 'join/:token/passkey']

/** The paths below `/admin` whose route modules take a form. */
function listActions(routes: typeof CONSOLE_PAGES): string[] {
  return routes.flatMap(({ path = '', file, children }) => {
    if (children !== undefined) return listActions(children)
    const source = readFileSync(join(APP, file), 'utf8')
    return /^export (?:async function|const) action\b/m.test(source)
      ? [path.replace(/^admin\//, '')]
      : []
  })
}

test('13.23: every action of the console has a row in the table of acts, and every row an action', () => {
  const actions = listActions(CONSOLE_PAGES)
  expect(actions.length).toBeGreaterThan(30)
  expect([...Object.keys(ACTS), ...OPEN].toSorted()).toEqual(actions.toSorted())
})

test('13.23: an action is guarded by its own row, and no loader or action by another', () => {
  const walk = (routes: typeof CONSOLE_PAGES): void => {
    for (const { path = '', file, children } of routes) {
      if (children !== undefined) walk(children)
      const name = path.replace(/^admin\//, '')
      const source = readFileSync(join(APP, file), 'utf8')
      const named = [...source.matchAll(/requireAct\(args, '([^']+)'\)/g)].map(([, one]) => one)
      expect([file, new Set(named)]).toEqual([file, new Set(name in ACTS ? [name] : [])])
    }
  }
  walk(CONSOLE_PAGES)
})

test('13.23: the acts without a fresh proof are these few, which end nothing and open nothing', () => {
  const names = Object.keys(ACTS) as ActName[]
  expect(names.filter((name) => ACTS[name].fresh === false).toSorted()).toEqual([
    'account/passkeys/:id',
    'alerts',
    'confirm',
    'confirm/passkey',
    'sign-out',
  ])
  expect(ACTS['alerts/:id'].fresh).toEqual(['enable', 'disable'])
})

const MINUTES = 11

/** Somebody who proved who they are eleven minutes ago, or a stranger at their browser. */
async function openStale(): Promise<ConsoleClient> {
  const client = await openConsole(portal, 'owner')
  await portal.ctx.db.run(
    `update sessions set confirmed_at = confirmed_at - interval '${MINUTES} minutes' where admin = $1`,
    [client.admin],
  )
  return client
}

const changesBy = async ({ name }: ConsoleClient): Promise<number> => {
  const [row] = await portal.ctx.db.run<{ count: number }>(
    'select count(*)::int as count from audit_entries where actor = $1',
    [name],
  )
  return row!.count
}

/** A thing that is there for each name in an address, so that only the proof is missing. */
const things: Record<string, string> = {}

beforeAll(async () => {
  const service = await createService(portal)
  const { kid } = await publishKey(portal, service.slug)
  const receipt = await postText(portal, service, 'a text', {
    content: { text: 'a text' },
    visibility: 'public',
  })
  const webhook = good(await createWebhook(portal.ctx, BY, { url: 'https://8.8.8.8/hook' }))
  const other = await openConsole(portal, 'viewer')
  Object.assign(things, {
    issuers: service.slug,
    keys: kid,
    'api-keys': service.key.id,
    receipts: receipt,
    alerts: webhook.id,
    passkeys: 'any',
    people: other.admin,
  })
})

const addressOf = (name: string): string =>
  `/admin/${name.replace(/([\w-]+)\/:\w+/g, (_, place: string) => `${place}/${things[place]!}`)}`

/** Values with which each form would be carried out. */
const FIELDS = {
  name: 'Renamed',
  slug: 'brand-new',
  reason: 'Because',
  cap: '5',
  mode: 'live',
  scopes: 'post',
  overlapHours: '0',
  role: 'viewer',
  url: 'https://8.8.4.4/moved',
  password: 'another lantern, another bay',
  form: 'A'.repeat(22),
  seen: '',
}

const SENSITIVE = (Object.keys(ACTS) as ActName[]).flatMap((name): [ActName, string | null][] => {
  const { fresh } = ACTS[name]
  if (typeof fresh !== 'boolean') return fresh.map((act) => [name, act])
  return fresh ? [[name, null]] : []
})

describe.each(SENSITIVE)('13.23: /admin/%s (%s)', (name, act) => {
  test('asks for a fresh proof after eleven minutes, and changes nothing before', async () => {
    const client = await openStale()
    const path = addressOf(name)
    const fields = { ...FIELDS, issuer: things.issuers!, ...(act === null ? {} : { act }) }
    const answer = await client.post(path, fields)
    const next = encodeURIComponent(path)
    expect([answer.status, answer.location]).toEqual([302, `/admin/confirm?next=${next}`])
    expect((await client.get(answer.location!)).text).toContain('Nothing was changed yet')
    expect(await changesBy(client)).toBe(0)
  })
})

test('13.23: a page whose only content is such a form asks before anything is typed', async () => {
  const client = await openStale()
  const asks = []
  for (const [name] of SENSITIVE) {
    const { status, location } = await client.get(addressOf(name))
    if (status === 302 && location!.startsWith('/admin/confirm?next=')) asks.push(name)
  }
  // These pages are for looking first, and one has no page.
  const looks = ['alerts/:id', 'sessions', 'people', 'account/passkey']
  const names = SENSITIVE.map(([name]) => name).filter((name) => !looks.includes(name))
  expect(asks).toEqual(names)
})

test('13.23: a stranger at an unlocked browser publishes no key', async () => {
  const client = await openStale()
  const slug = things.issuers!
  const signer = await makeSigner()
  const fields = { jwk: JSON.stringify(signer.jwk), proof: await signProof(signer, slug) }
  const sent = await client.post(`/admin/issuers/${slug}/keys/new`, fields)
  expect(sent.location).toMatch(/^\/admin\/confirm\?/)
  const jwks = await portal.call('GET', `/v1/issuers/${slug}/jwks.json`)
  expect(jwks.text).not.toContain(signer.kid)
})

describe('13.23: a confirmation', () => {
  const cookieOf = (token: string) => `counterfoil-session=${token}`
  const enter = async (name: string) => {
    await makeAdmin(portal.ctx, 'admin', name)
    const { cookies } = await knock(portal, '/admin/sign-in', { name, password: PASSWORD })
    return cookies['counterfoil-session']!
  }
  const csrfIn = (text: string) => /name="csrf" value="([^"]+)"/.exec(text)![1]!

  test('gives the session another token, which alone goes on, for no longer than before', async () => {
    const token = await enter('Tess Token')
    portal.advance(MINUTES * 60_000)
    const path = '/admin/confirm?next=%2Fadmin%2Fapi-keys%2Fnew'
    const page = await knock(portal, path, null, { cookie: cookieOf(token) })
    const fields = { csrf: csrfIn(page.text), password: PASSWORD }
    const answer = await knock(portal, path, fields, { cookie: cookieOf(token) })
    expect([answer.status, answer.location]).toEqual([302, '/admin/api-keys/new'])
    const renewed = answer.cookies['counterfoil-session']!
    expect(renewed).toMatch(/^[\w-]{43}$/)
    expect(renewed).not.toBe(token)
    const line = answer.headers.getSetCookie().find((one) => one.includes('session='))!
    const seconds = Number(/Max-Age=(\d+)/.exec(line)![1])
    expect(seconds).toBeLessThanOrEqual(7 * 24 * 3_600 - MINUTES * 60)
    expect(line).toContain('HttpOnly')
    const withOld = await knock(portal, '/admin', null, { cookie: cookieOf(token) })
    expect(withOld.location).toMatch(/^\/admin\/sign-in/)
    const withNew = await knock(portal, '/admin/sessions', null, { cookie: cookieOf(renewed) })
    expect(withNew.status).toBe(200)
    expect(withNew.text.match(/this one</g)).toHaveLength(1)
    // A form that was drawn before the confirmation has another session's token.
    const old = { csrf: csrfIn(page.text) }
    const sent = await knock(portal, '/admin/sessions', old, { cookie: cookieOf(renewed) })
    expect(sent.status).toBe(403)
  })

  test('by a double click leaves nobody signed out, whichever answer the browser keeps', async () => {
    const token = await enter('Dora Double')
    portal.advance(MINUTES * 60_000)
    const page = await knock(portal, '/admin/confirm', null, { cookie: cookieOf(token) })
    const fields = { csrf: csrfIn(page.text), password: PASSWORD }
    const confirm = () => knock(portal, '/admin/confirm', fields, { cookie: cookieOf(token) })
    const both = await Promise.all([confirm(), confirm()])
    for (const { location, cookies } of both) {
      expect(location).toBe('/admin')
      const cookie = cookieOf(cookies['counterfoil-session']!)
      expect((await knock(portal, '/admin/account/password', null, { cookie })).status).toBe(200)
    }
    expect((await knock(portal, '/admin', null, { cookie: cookieOf(token) })).status).toBe(302)
  })

  test('brings no session back that was ended meanwhile', async () => {
    const token = await enter('Edda Ended')
    const session = (await findSession(portal.ctx, token))!
    await closeSession(portal.ctx, session)
    const from = { address: '127.0.0.1', userAgent: '' }
    expect(await confirmSession(portal.ctx, session, from)).toBeNull()
  })

  test('by a wrong password gives nothing', async () => {
    const token = await enter('Walt Wrong')
    portal.advance(MINUTES * 60_000)
    const page = await knock(portal, '/admin/confirm', null, { cookie: cookieOf(token) })
    const fields = { csrf: csrfIn(page.text), password: 'a wrong guess' }
    const answer = await knock(portal, '/admin/confirm', fields, { cookie: cookieOf(token) })
    expect([answer.status, answer.cookies]).toEqual([400, {}])
    expect((await knock(portal, '/admin', null, { cookie: cookieOf(token) })).status).toBe(200)
  })

  test('is not enough for a new password: the form asks for the current one', async () => {
    const token = await enter('Paul Password')
    const cookie = cookieOf(token)
    const path = '/admin/account/password'
    const page = await knock(portal, path, null, { cookie })
    expect(page.text).toContain('Current password')
    const csrf = csrfIn(page.text)
    const change = (current: string) =>
      knock(portal, path, { csrf, current, password: 'another lantern, another bay' }, { cookie })
    for (const current of ['', 'a wrong guess']) {
      const refused = await change(current)
      expect([refused.status, refused.text.includes('This is not your password.')]).toEqual([
        400,
        true,
      ])
    }
    expect((await change(PASSWORD)).location).toBe('/admin/account?done=password')
  })

  test('is enough for the first password of an admin who has passkeys only', async () => {
    const client = await openConsole(portal, 'viewer')
    expect((await client.get('/admin/account/password')).text).not.toContain('Current password')
    const sent = await client.post('/admin/account/password', { password: 'a lantern, a bay' })
    expect(sent.location).toBe('/admin/account?done=password')
  })
})
