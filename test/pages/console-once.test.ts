import { describe, expect, test } from 'vitest'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { forgetSendings } from '#app/services/audit/sending.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { sessionCookieName } from '#app/web/cookies.ts'
import { appCode, BY, good } from '../support/admins.ts'
import { headline, startVisitor } from '../support/browser.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createService } from '../support/world.ts'

const { portal } = portalTest({ pages: true })
const visitor = given(
  () => startVisitor(portal),
  (one) => one.leave(),
)

interface Act {
  name: string
  /** Gives the form's address, and the values for a drawing of the form. */
  prepare: (client: ConsoleClient) => Promise<{ path: string; fill: Fill }>
  secret: RegExp
  /** Whether the act replaces a secret: of two tabs only the first may then act. */
  replaces: boolean
  /** The link by which the page of a secret that is gone offers another. */
  again: RegExp
}
type Fill = (drawn: Record<string, string>) => Record<string, string>

const nothing: Fill = () => ({})

async function setUpSecondFactor({ admin, name }: ConsoleClient): Promise<void> {
  const { sealed, secret } = beginSecondFactor(portal.ctx, { id: admin, name })
  const code = appCode(secret, portal.ctx.now())
  good(await switchOnSecondFactor(portal.ctx, BY, admin, { sealed, code }))
}

/** Every act of the console that shows something once. */
const ACTS: Act[] = [
  {
    name: 'creating an API key',
    prepare: async () => {
      const { slug } = await createService(portal)
      const values = { issuer: slug, name: 'one', mode: 'live', scopes: 'post' }
      return { path: '/admin/api-keys/new', fill: () => values }
    },
    secret: /cfl_live_\w{47}/,
    replaces: false,
    again: /href="\/admin\/api-keys\/key_\w+\/rotate">Rotate the API key</,
  },
  {
    name: 'rotating an API key',
    prepare: async () => {
      const { key } = await createService(portal)
      const path = `/admin/api-keys/${key.id}/rotate`
      return { path, fill: () => ({ overlapHours: '24' }) }
    },
    secret: /cfl_live_\w{47}/,
    replaces: true,
    again: /\/rotate">Rotate the API key</,
  },
  {
    name: 'inviting somebody',
    prepare: () =>
      Promise.resolve({ path: '/admin/people/invite', fill: () => ({ role: 'viewer' }) }),
    secret: /http:\/\/portal\.test\/admin\/join\/[\w-]{43}/,
    replaces: false,
    again: /href="\/admin\/people\/invite">Make another link</,
  },
  {
    name: 'making recovery codes',
    prepare: async (client) => {
      await setUpSecondFactor(client)
      return { path: '/admin/account/recovery-codes', fill: nothing }
    },
    secret: /(?:[a-z2-7]{4}-?){4,}/,
    replaces: true,
    again: /href="\/admin\/account\/recovery-codes">Make new recovery codes</,
  },
  {
    name: 'adding a webhook',
    prepare: () =>
      Promise.resolve({ path: '/admin/alerts/new', fill: () => ({ url: 'https://8.8.8.8/a' }) }),
    secret: /whsec_[\w+/]{43}=/,
    replaces: false,
    again: /\/secret">Make a new secret</,
  },
  {
    name: 'replacing a webhook’s secret',
    prepare: async () => {
      const { id } = good(await createWebhook(portal.ctx, BY, { url: 'https://8.8.8.8/b' }))
      return { path: `/admin/alerts/${id}/secret`, fill: nothing }
    },
    secret: /whsec_[\w+/]{43}=/,
    replaces: true,
    again: /\/secret">Make a new secret</,
  },
  {
    name: 'setting up a second factor',
    prepare: () =>
      Promise.resolve({
        path: '/admin/account/second-factor',
        fill: (drawn) => ({ code: codeFor(drawn) }),
      }),
    secret: /(?:[a-z2-7]{4}-?){4,}/,
    replaces: true,
    again: /href="\/admin\/account\/recovery-codes">Make new recovery codes</,
  },
]

/** The code of the app that scanned the form's own secret; the page shows it beside the form. */
const scanned = new Map<string, string>()
const codeFor = ({ sealed = '' }: Record<string, string>): string =>
  appCode(scanned.get(sealed) ?? '', portal.ctx.now())

async function drawForm(client: ConsoleClient, path: string, fill: Fill) {
  const { text } = await client.get(path)
  const hidden = [...text.matchAll(/<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"/g)]
  const drawn = Object.fromEntries(hidden.map(([, name, value]) => [name!, value!]))
  const shown = /class="factor-key">([^<]+)</.exec(text)?.[1]
  if (shown !== undefined) scanned.set(drawn.sealed!, shown)
  return { ...drawn, ...fill(drawn) }
}

const changesBy = async ({ name }: ConsoleClient): Promise<number> => {
  const [row] = await portal.ctx.db.run<{ count: number }>(
    'select count(*)::int as count from audit_entries where actor = $1',
    [name],
  )
  return row!.count
}

const main = (text: string): string => /<main[^]*<\/main>/.exec(text)![0]

describe.each(ACTS)('13.24: $name', ({ prepare, secret, replaces, again }) => {
  const secretIn = (text: string): string | undefined => {
    const pre = [...main(text).matchAll(/<pre[^>]*>([^<]*)<\/pre>/g)].map(([, inner]) => inner!)
    return secret.exec(pre.join('\n'))?.[0]
  }

  const open = async () => {
    const client = await openConsole(portal, 'owner')
    const { path, fill } = await prepare(client)
    return { client, path, draw: () => drawForm(client, path, fill) }
  }

  test('a reload shows no secret, changes nothing, says so and offers another', async () => {
    const { client, path, draw } = await open()
    const sent = await client.post(path, await draw())
    expect(sent.status).toBe(302)
    expect(secretIn(`<main>${sent.text}</main>`)).toBe(undefined)
    const first = await client.get(sent.location!)
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(secretIn(first.text)).toMatch(secret)
    const reload = await client.get(sent.location!)
    expect([reload.status, secretIn(reload.text)]).toEqual([410, undefined])
    expect(reload.text).toMatch(/<h1>The [\w ]+ can’t be shown again</)
    expect(reload.text).toContain('Opening it again changed nothing')
    expect(reload.text).toMatch(again)
    expect(await changesBy(client)).toBe(1)
  })

  test('going back and sending the form again leads to the same page and changes nothing', async () => {
    const { client, path, draw } = await open()
    const form = await draw()
    const sent = await client.post(path, form)
    await client.get(sent.location!)
    const again = await client.post(path, form)
    expect([again.status, again.location]).toEqual([302, sent.location])
    expect((await client.get(again.location!)).status).toBe(410)
    // With other values it is another wish, which this form can't fulfil any more.
    const other = await client.post(path, { ...form, role: 'admin', overlapHours: '0', url: 'x' })
    expect([302, 400, 409]).toContain(other.status)
    expect(await changesBy(client)).toBe(1)
  })

  test('a double click acts once, and its page shows the one secret', async () => {
    const { client, path, draw } = await open()
    const form = await draw()
    const both = await Promise.all([client.post(path, form), client.post(path, form)])
    expect(both.map(({ status }) => status)).toEqual([302, 302])
    expect(new Set(both.map(({ location }) => location)).size).toBe(1)
    expect(await changesBy(client)).toBe(1)
    const pages = await Promise.all(both.map(({ location }) => client.get(location!)))
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 410])
    expect(pages.filter(({ text }) => secretIn(text) !== undefined)).toHaveLength(1)
  })

  test(
    replaces
      ? 'of two tabs the second is told that the secret is another by now'
      : 'two tabs make two, each with its own secret',
    async () => {
      const { client, path, draw } = await open()
      const forms = [await draw(), await draw()]
      const answers = []
      for (const form of forms) answers.push(await client.post(path, form))
      expect(answers.map(({ status }) => status)).toEqual([302, replaces ? 409 : 302])
      expect(await changesBy(client)).toBe(replaces ? 1 : 2)
      if (replaces) expect(answers[1]!.text).toContain('It was changed since you opened this page')
      const made = answers.filter(({ status }) => status === 302)
      const secrets = []
      for (const { location } of made) secrets.push(secretIn((await client.get(location!)).text))
      expect(secrets).not.toContain(undefined)
      expect(new Set(secrets).size).toBe(made.length)
    },
  )

  test('nobody else, no HEAD and no reader of the database gets the secret; ten minutes end it', async () => {
    const { client, path, draw } = await open()
    const location = (await client.post(path, await draw())).location!
    const other = await openConsole(portal, 'owner')
    expect((await other.get(location)).status).toBe(410)
    const { cookie } = client
    const head = await fetch(portal.origin + location, { method: 'HEAD', headers: { cookie } })
    expect(head.status).toBe(410)
    const rows = await portal.ctx.db.run<{ all: string }>(
      "select string_agg(encode(sealed, 'escape'), ' ') as all from sendings",
      [],
    )
    expect(secret.exec(rows[0]!.all)).toBe(null)
    portal.advance(10 * 60_000)
    expect((await client.get(location)).status).toBe(410)
    // Back again: the other tests make proofs by the machine's own clock.
    portal.advance(-10 * 60_000)
  })

  test('a form without its id changes nothing', async () => {
    const { client, path, draw } = await open()
    const form = await draw()
    expect((await client.post(path, { ...form, form: '' })).status).toBe(403)
    expect(await changesBy(client)).toBe(0)
  })
})

test('13.24: in a browser a double click, a reload and Back leave the secret in production alone', async () => {
  const client = await openConsole(portal, 'admin')
  const { key } = await createService(portal)
  const cookie = { name: sessionCookieName(PUBLIC_URL), value: client.token, url: PUBLIC_URL }
  const visit = await visitor.prepare({ javaScriptEnabled: false })
  const { page } = visit
  await page.context().addCookies([cookie])
  await page.goto(`/admin/api-keys/${key.id}/rotate`)
  await page.getByRole('button', { name: 'Make a new secret and show it' }).dblclick()
  await page.waitForURL('**/secret/*')
  const made = (await page.locator('#secret').innerText()).trim()
  const expectBoth = async () => {
    for (const token of [key.apiKey, made])
      expect((await portal.call('GET', '/v1/usage', { token })).status).toBe(200)
    expect(await changesBy(client)).toBe(1)
  }
  await expectBoth()
  await page.reload()
  expect(await headline(page)).toBe('The secret can’t be shown again')
  await expectBoth()
  await page.goBack()
  expect(await headline(page)).toBe('Rotate this API key')
  // Another rotation would end the older secret, and the form says so.
  expect(await page.locator('main').innerText()).toContain('stops working at once')
  await page.goForward()
  expect(await page.locator('#secret').count()).toBe(0)
  await expectBoth()
  expect(visit.faults).toEqual([])
  await visit.close()
})

test('13.24: no sealed secret lies in the database after its ten minutes, and no row after a day', async () => {
  const client = await openConsole(portal, 'owner')
  await client.post('/admin/people/invite', {
    ...(await client.draw('/admin/people/invite')),
    role: 'viewer',
  })
  const count = async () => {
    const [row] = await portal.ctx.db.run<{ sealed: number; all: number }>(
      'select count(sealed)::int as sealed, count(*)::int as all from sendings',
      [],
    )
    return row!
  }
  expect((await count()).sealed).toBeGreaterThan(0)
  portal.advance(10 * 60_000 + 1)
  await forgetSendings(portal.ctx)
  const { sealed, all } = await count()
  expect([sealed, all > 0]).toEqual([0, true])
  portal.advance(24 * 3_600_000)
  await forgetSendings(portal.ctx)
  expect(await count()).toEqual({ sealed: 0, all: 0 })
})
