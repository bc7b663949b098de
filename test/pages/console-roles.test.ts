import { beforeAll, describe, expect, test } from 'vitest'
import { CONSOLE_PAGES } from '#app/routes.ts'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { inviteAdmin } from '#app/services/people/invite-admin.ts'
import type { AdminRole } from '#app/services/door/session.ts'
import { BY, good, tokenOf } from '../support/admins.ts'
import { openConsole, SAME_ORIGIN, type ConsoleClient } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'
import { createService, postText, publishKey } from '../support/world.ts'

/** `open`: for people who are not signed in. `own`: whoever is signed in, for themselves alone. */
type Need = AdminRole | 'open' | 'own' | null

/**
 * Who may see each page of the console, and who may send its form (null: it has none). A page that
 * is missing here fails the first test.
 */
const TABLE: [path: string, get: Need, post: Need][] = [
  ['', 'viewer', null],
  ['issuers', 'viewer', null],
  ['issuers/new', 'admin', 'admin'],
  ['issuers/:slug', 'viewer', null],
  ['issuers/:slug/edit', 'admin', 'admin'],
  ['issuers/:slug/keys/new', 'admin', 'admin'],
  ['issuers/:slug/keys/:kid', 'viewer', null],
  ['issuers/:slug/keys/:kid/retire', 'admin', 'admin'],
  ['issuers/:slug/keys/:kid/revoke', 'admin', 'admin'],
  ['api-keys', 'viewer', null],
  ['api-keys/new', 'admin', 'admin'],
  ['api-keys/:id', 'viewer', null],
  ['api-keys/:id/edit', 'admin', 'admin'],
  ['api-keys/:id/rotate', 'admin', 'admin'],
  ['api-keys/:id/revoke', 'admin', 'admin'],
  ['api-keys/:id/secret/:once', 'admin', null],
  ['receipts', 'viewer', null],
  ['receipts/:receiptId', 'viewer', null],
  ['receipts/:receiptId/revoke', 'admin', 'admin'],
  ['receipts/:receiptId/erase', 'admin', 'admin'],
  ['audit', 'viewer', null],
  ['audit/sign-ins', 'viewer', null],
  ['audit.ndjson', 'viewer', null],
  ['alerts', 'viewer', 'admin'],
  ['alerts/new', 'admin', 'admin'],
  ['alerts/:id', 'viewer', 'admin'],
  ['alerts/:id/address', 'admin', 'admin'],
  ['alerts/:id/secret', 'admin', 'admin'],
  ['alerts/:id/secret/:once', 'admin', null],
  ['alerts/:id/remove', 'admin', 'admin'],
  ['sessions', 'viewer', 'viewer'],
  ['account', 'own', null],
  ['account/password', 'own', 'own'],
  ['account/second-factor', 'own', 'own'],
  ['account/second-factor/off', 'own', 'own'],
  ['account/recovery-codes', 'own', 'own'],
  ['account/recovery-codes/:once', 'own', null],
  ['account/passkeys/new', 'own', 'own'],
  ['account/passkeys/:id', 'own', 'own'],
  ['account/passkeys/:id/remove', 'own', 'own'],
  ['account/passkey', null, 'own'],
  ['people', 'owner', 'owner'],
  ['people/invite', 'owner', 'owner'],
  ['people/invite/:once', 'owner', null],
  ['people/:id', 'owner', 'owner'],
  ['people/:id/remove', 'owner', 'owner'],
  // Every address that is none.
  ['*', 'viewer', null],
  ['sign-in', 'open', 'open'],
  ['sign-in/code', 'open', 'open'],
  ['sign-in/passkey', null, 'open'],
  ['join/:token', 'open', 'open'],
  ['join/:token/passkey', null, 'open'],
  ['confirm', 'own', 'own'],
  ['confirm/passkey', null, 'own'],
  ['sign-out', null, 'own'],
]

/** Any name that can't exist will do: who may not is refused before anybody looks. */
const addressOf = (path: string): string =>
  `/admin${path === '' ? '' : `/${path}`}`.replaceAll(/:\w+/g, 'nothing')

const clients = {} as Record<AdminRole, ConsoleClient>

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  for (const role of ['viewer', 'admin', 'owner'] as const)
    clients[role] = await openConsole(portal, role)
})

test('every page of the console stands in the table, and nothing else does', () => {
  const pathsOf = (routes: typeof CONSOLE_PAGES): string[] =>
    routes.flatMap(({ path = '', children }) => (children ? pathsOf(children) : [path]))
  const frame = CONSOLE_PAGES.find(({ path }) => path === 'admin')!
  const children = pathsOf(frame.children!)
  const doors = pathsOf(CONSOLE_PAGES.filter((one) => one !== frame)).map((path) =>
    path.replace(/^admin\//, ''),
  )
  expect(TABLE.map(([path]) => path).toSorted()).toEqual([...children, ...doors].toSorted())
  expect(children.length).toBeGreaterThan(0)
})

const RANKS: Record<AdminRole, number> = { viewer: 0, admin: 1, owner: 2 }
const isRole = (need: Need): need is AdminRole => need !== null && need in RANKS

describe.each(TABLE)('/admin/%s', (path, get, post) => {
  const address = addressOf(path)

  if (get !== 'open' && get !== null) {
    test('sends whoever is not signed in to the door', async () => {
      const answer = await fetch(portal.origin + address, { redirect: 'manual' })
      expect(answer.status).toBe(302)
      expect(answer.headers.get('location')).toMatch(/^\/admin\/sign-in\?next=/)
      expect(answer.headers.get('cache-control')).toBe('no-store')
    })
  }

  const least = get === 'own' ? 'viewer' : get
  if (isRole(least)) {
    test.each(['viewer', 'admin', 'owner'] as const)(
      'is shown to a %s as far as the role goes',
      async (role) => {
        const { status } = await clients[role].get(address)
        if (RANKS[role] < RANKS[least]) expect(status).toBe(403)
        else expect([200, 302, 404, 410]).toContain(status)
      },
    )
  }

  if (post === null) {
    test('takes no form', async () => {
      const { status } = await clients.owner.post(address)
      expect([404, 405]).toContain(status)
    })
  }

  if (post !== null) {
    test('refuses its form from another site, whoever is signed in', async () => {
      for (const headers of [
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { ...SAME_ORIGIN, 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'same-origin' },
        { origin: 'null' },
      ]) {
        const answer = await clients.owner.post(address, {}, headers)
        expect(answer.status).toBe(403)
        expect(answer.text).toContain('cross_site_form')
      }
    })
  }

  if (post !== null && post !== 'open') {
    test('refuses its form without the token of the session', async () => {
      for (const csrf of ['', 'wrong', clients.admin.csrf]) {
        const { status } = await clients.owner.post(address, { csrf })
        expect(status).toBe(403)
      }
    })
  }

  if (isRole(post)) {
    const below = (['viewer', 'admin', 'owner'] as const).filter((r) => RANKS[r] < RANKS[post])
    test.each(below)('refuses its form from a %s', async (role) => {
      const { status, text } = await clients[role].post(address)
      expect(status).toBe(403)
      expect(text).toContain('Your role does not allow this')
    })
  }
})

/** What every object answers to without holding it, and what Postgres takes in no text. */
const MADE_UP = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '\u0000', 'a[b].c']
/** Every question that any page of the console knows. */
const ASKED = 'done state q issuer kid mode actor action subject deliveries alerts next'.split(' ')

describe('names that somebody made up', () => {
  /** An address for each page with a thing that is there, so that nothing is a 404. */
  const addresses = new Map<string, string>()

  beforeAll(async () => {
    const service = await createService(portal)
    const { kid } = await publishKey(portal, service.slug)
    const receipt = await postText(portal, service, 'a text', {
      content: { text: 'a text' },
      visibility: 'public',
    })
    const webhook = good(await createWebhook(portal.ctx, BY, { url: 'https://8.8.8.8/hook' }))
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'viewer'))
    const { run } = portal.ctx.db
    await run(
      `insert into passkeys (id, admin, public_key, counter, transports, name, created_at)
        values ('constructor', $1, '', 0, '[]', '__proto__', now())`,
      [clients.owner.admin],
    )
    // By somebody, and of a kind, whose name is one of those.
    for (const name of ['__proto__', 'constructor'])
      for (const subject of [service.slug, service.key.id, kid])
        await run(
          `insert into audit_entries (id, at, actor, action, subject, before, after)
            values (gen_random_uuid(), now(), $1, $1, $2, '{"__proto__":1}', '{"constructor":{}}')`,
          [name, subject],
        )
    const things: Record<string, string> = {
      issuers: service.slug,
      keys: kid,
      'api-keys': service.key.id,
      receipts: receipt,
      alerts: webhook.id,
      passkeys: 'constructor',
      people: clients.viewer.admin,
      join: tokenOf(url),
    }
    for (const [path] of TABLE)
      addresses.set(
        path,
        addressOf(
          path.replace(/([\w-]+)\/:\w+/g, (_, place: string) => `${place}/${things[place]!}`),
        ),
      )
  })

  const shown = TABLE.filter(([path, get]) => get !== null && path !== '*').map(([path]) => path)
  test.each(shown)('are words like others in a question to /admin/%s', async (path) => {
    const address = addresses.get(path)!
    const plain = await clients.owner.get(address)
    // A page that shows a secret once has none to show: 410.
    expect(path.endsWith(':once') ? [410] : [200, 302]).toContain(plain.status)
    for (const name of MADE_UP) {
      const value = encodeURIComponent(name)
      for (const question of [
        ASKED.map((one) => `${one}=${value}`).join('&'),
        `${value}=${value}&from=${value}&to=${value}&since=${value}&after=${value}`,
      ]) {
        const { status, text } = await clients.owner.get(`${address}?${question}`)
        expect([address, question, [plain.status, 400].includes(status)]).toEqual([
          address,
          question,
          true,
        ])
        expect(text).not.toMatch(/\[native code\]|\[object Object\]/)
      }
    }
  })

  const sent = TABLE.filter(([, , post]) => post !== null).map(([path]) => path)
  test.each(sent)('are words like others in a form to /admin/%s', async (path) => {
    for (const name of MADE_UP) {
      const fields = { [name]: name, act: name, mode: name, role: name, [`${name}[${name}]`]: name }
      // To nothing that is there: an empty form is all that some acts need.
      const { status } = await clients.owner.post(addressOf(path), fields)
      expect([path, name, status]).toEqual([path, name, expect.toSatisfy((n: number) => n < 500)])
      // Whoever was signed out by their own form comes back for the next.
      if (path.startsWith('sign-out')) clients.owner = await openConsole(portal, 'owner')
    }
  })

  test('are nobody’s address', async () => {
    for (const [path] of TABLE)
      for (const name of ['__proto__', 'constructor', '%00', '%2e%2e'])
        if (path.includes(':')) {
          const address = addressOf(path).replaceAll('nothing', name)
          const { status } = await clients.owner.get(address)
          expect([address, status]).toEqual([address, expect.toSatisfy((n: number) => n < 500)])
        }
  })
})
