import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ACTS, type ActName } from '#app/routes/admin/acts.ts'
import { CONSOLE_PAGES } from '#app/routes.ts'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { BY, good } from '../support/admins.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
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
