import { beforeAll, expect, test } from 'vitest'
import { listApiKeyOverviews } from '#app/services/api-keys/api-key-overview.ts'
import { saveUses } from '#app/services/api-keys/note-use.ts'
import { countBlocks } from '../services/count-blocks.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'
import { textOf } from '../support/shown-lines.ts'
import { signReceipt } from '../support/signing.ts'
import { createIssuer, createService, post, postText, type Service } from '../support/world.ts'

let admin: ConsoleClient
let viewer: ConsoleClient

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  admin = await openConsole(portal, 'admin')
  viewer = await openConsole(portal, 'viewer')
})

/** As a form from before the revocation has them. */
const ONCE = { form: 'A'.repeat(22), seen: 'old' }
const pageOf = (service: Service): string => `/admin/api-keys/${service.key.id}`
const plain = (html: string): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

async function postNew({ slug, signer, key }: Service, text: string, secret = key.apiKey) {
  return (await post(portal, secret, await signReceipt(signer, slug, text))).status
}

test('where there is nothing yet the page says what to do first', async () => {
  for (const path of ['/admin/api-keys', '/admin/api-keys/new'])
    expect((await admin.get(path)).text).toContain('so create that first')
  await createIssuer(portal)
  const { text } = await admin.get('/admin/api-keys')
  expect(text).toContain('Create one for the service that posts receipts.')
  expect((await viewer.get('/admin/api-keys')).text).not.toContain('href="/admin/api-keys/new"')
})

test('a new API key’s secret is on the page that the form leads to, works, and is shown nowhere else', async () => {
  const service = await createService(portal)
  const made = await admin.submit('/admin/api-keys/new', {
    issuer: service.slug,
    name: 'Chat, production',
    mode: 'test',
    scopes: 'post',
    cap: '20',
    ratePerSecond: '50',
    expiresOn: '2099-12-31',
  })
  expect(made.status).toBe(200)
  expect(made.headers.get('cache-control')).toBe('no-store')
  const secret = textOf(made.text, 'secret')
  expect(secret).toMatch(/^cfl_test_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/)
  expect(textOf(made.text, 'post-shell')).toContain(`'Authorization: Bearer ${secret}'`)
  expect(await postNew(service, 'with the new key', secret)).toBe(201)
  await saveUses(portal.ctx)
  const path = /href="(\/admin\/api-keys\/key_[^"]+)"/.exec(made.text)![1]!
  const { text } = await viewer.get(path)
  for (const shown of ['Chat, production', '1 of 20', '50 requests a second', '1 Jan 2100, 00:00'])
    expect(plain(text)).toContain(shown)
  expect(plain(text)).toContain('from 127.0.0.1')
  const elsewhere = [text, (await viewer.get('/admin/api-keys')).text, portal.logged()]
  for (const one of elsewhere) expect(one).not.toContain(secret)
})

test('a new API key may do what is ticked: posting, unless its maker says otherwise', async () => {
  const service = await createService(portal)
  const form = (await admin.get('/admin/api-keys/new')).text
  const boxes = [...form.matchAll(/<input[^>]*name="scopes"[^>]*>/g)].map(([box]) => box)
  expect(boxes.map((box) => box.includes('checked'))).toEqual([true, false, false])
  const made = await admin.submit('/admin/api-keys/new', {
    issuer: service.slug,
    name: 'Streams',
    mode: 'live',
    scopes: ['relay'],
  })
  expect(made.status).toBe(200)
  // A curl line that would be refused is not offered.
  expect(made.text).not.toContain('id="post-shell"')
  expect(await postNew(service, 'without the scope', textOf(made.text, 'secret'))).toBe(403)
  const path = /href="(\/admin\/api-keys\/key_[^"]+)"/.exec(made.text)![1]!
  await admin.submit(`${path}/rotate`, { overlapHours: '0' })
  const page = plain((await viewer.get(path)).text)
  expect(page).toContain('It may Open streams of the relay relay')
  expect(page.match(/scopes: relay/g)).toHaveLength(1)
})

test('what is wrong with a new API key is said at its field, and what was typed stays', async () => {
  const slug = await createIssuer(portal)
  const good = { issuer: slug, name: 'n', mode: 'live', scopes: 'post' }
  const cases: [fields: Record<string, string | string[]>, field: string, says: RegExp][] = [
    [{ ...good, issuer: '' }, 'issuer', /Choose the issuer whose receipts/],
    [{ ...good, issuer: 'nobody-here' }, 'issuer', /There is no issuer with this slug/],
    [{ ...good, name: '' }, 'name', /Give it a name/],
    [{ ...good, mode: 'other' }, 'mode', /Choose live or test/],
    [{ ...good, scopes: [] }, 'scopes', /Tick at least one thing/],
    [{ ...good, cap: '-1' }, 'cap', /can’t be less than 0/],
    [{ ...good, cap: '1.5' }, 'cap', /A cap is a whole number/],
    [{ ...good, cap: 'many' }, 'cap', /A cap is a whole number/],
    [{ ...good, ratePerSecond: '0' }, 'ratePerSecond', /at least 1/],
    [{ ...good, expiresOn: '2020-01-01' }, 'expiresOn', /over already/],
    [{ ...good, expiresOn: 'soon' }, 'expiresOn', /Give a day/],
  ]
  for (const [fields, field, says] of cases) {
    const { status, text } = await admin.submit('/admin/api-keys/new', { cap: '77', ...fields })
    expect([400, 422]).toContain(status)
    expect(new RegExp(`id="[^"]*-${field}-error">([^<]*)<`).exec(text)?.[1]).toMatch(says)
    expect(text).toContain(`value="${fields.cap?.toString() ?? '77'}"`)
  }
})

test('a raised cap acts at once: after a 402 the very next post is taken', async () => {
  const service = await createService(portal, { cap: 1, ratePerSecond: 500 })
  await postText(portal, service, 'fills it')
  expect(await postNew(service, 'too many')).toBe(402)
  expect(plain((await viewer.get(pageOf(service))).text)).toContain('Cap reached now')
  const edit = `${pageOf(service)}/edit`
  expect((await admin.get(edit)).text).toMatch(/name="cap"[^>]*value="1"|value="1"[^>]*name="cap"/)
  const saved = await admin.post(edit, { name: 'renamed', cap: '2', ratePerSecond: '500' })
  expect(saved.location).toBe(`${pageOf(service)}?done=saved`)
  expect(await postNew(service, 'now it fits')).toBe(201)
  const none = await admin.post(edit, { name: 'renamed', cap: '', ratePerSecond: '' })
  expect(none.status).toBe(302)
  expect(await postNew(service, 'no cap at all')).toBe(201)
  const page = plain((await viewer.get(pageOf(service))).text)
  expect(page).toContain('cap: 1 → 2')
  expect(page).toContain('cap: 2 → none')
  expect((await admin.post(edit, { name: '', cap: 'x' })).status).toBe(400)
})

test('a rotated key has two secrets until the overlap ends, or only the new one', async () => {
  const service = await createService(portal)
  const path = `${pageOf(service)}/rotate`
  const answer = await admin.submit(path, { overlapHours: '24' })
  const secret = textOf(answer.text, 'secret')
  expect(plain(answer.text)).toMatch(/The previous secret works until .* UTC/)
  expect(await postNew(service, 'old')).toBe(201)
  expect(await postNew(service, 'new', secret)).toBe(201)
  const atOnce = await admin.submit(path, { overlapHours: '0' })
  expect(atOnce.text).toContain('The previous secret no longer works.')
  expect(await postNew(service, 'old again', secret)).toBe(401)
  expect(await postNew(service, 'newest', textOf(atOnce.text, 'secret'))).toBe(201)
  for (const overlapHours of ['', 'x', '-1', '721'])
    expect((await admin.post(path, { overlapHours })).status).toBe(400)
})

test('a revoked key is refused at the very next request, and can’t be changed any more', async () => {
  const service = await createService(portal)
  await postText(portal, service, 'before')
  const path = pageOf(service)
  expect((await admin.get(`${path}/revoke`)).text).toContain('This can’t be taken back.')
  const revoked = await admin.post(`${path}/revoke`)
  expect(revoked.location).toBe(`${path}?done=revoked`)
  expect(await postNew(service, 'after')).toBe(401)
  expect((await viewer.get(path)).text).toContain('>revoked</span>')
  for (const act of ['edit', 'rotate', 'revoke']) {
    const fields = { name: 'n', overlapHours: '1', ...ONCE }
    for (const answer of [
      await admin.get(`${path}/${act}`),
      await admin.post(`${path}/${act}`, fields),
    ])
      expect([answer.status, answer.location]).toEqual([302, `${path}?done=was-revoked`])
  }
  expect((await viewer.get(`${path}?done=was-revoked`)).text).toContain(
    'so it can’t be changed any more',
  )
})

test('a secret is shown only after a fresh proof of who is there', async () => {
  const service = await createService(portal)
  const old = await openConsole(portal, 'admin')
  await portal.ctx.db.run(
    `update sessions set confirmed_at = confirmed_at - interval '11 minute' where admin = $1`,
    [old.admin],
  )
  const fields = { issuer: service.slug, name: 'n', mode: 'live', overlapHours: '0' }
  for (const path of ['/admin/api-keys/new', `${pageOf(service)}/rotate`])
    for (const answer of [await old.get(path), await old.post(path, fields)])
      expect([answer.status, answer.location?.split('?')[0]]).toEqual([302, '/admin/confirm'])
  expect(await postNew(service, 'the old secret still works')).toBe(201)
})

test('a thousand API keys are read part by part, each once and newest first, and the last costs no more than the first', async () => {
  const slug = await createIssuer(portal)
  await portal.ctx.db.run(
    `insert into api_keys (id, issuer, name, mode, secret_hash, cap, created_at)
      select 'key_' || lpad(n::text, 8, '0'), $1, 'Service ' || n, 'live',
        decode(md5(n::text) || md5(n::text), 'hex'), 1000, now() - n * interval '1 s'
      from generate_series(1, 1000) n`,
    [slug],
  )
  const seen: string[] = []
  let path: string | undefined = `/admin/api-keys?issuer=${slug}`
  while (path !== undefined) {
    const { text } = await viewer.get(path)
    seen.push(
      ...[...text.matchAll(/<th scope="row"><a href="\/admin\/api-keys\/(\w+)"/g)].map(
        (m) => m[1]!,
      ),
    )
    const next: string | undefined = /<a href="([^"]+)">Following part/.exec(text)?.[1]
    path = next === undefined ? undefined : `/admin/api-keys${next.replaceAll('&amp;', '&')}`
  }
  expect(seen).toEqual(
    Array.from({ length: 1000 }, (_, n) => `key_${String(n + 1).padStart(8, '0')}`),
  )
  await portal.ctx.db.run('vacuum analyze api_keys', [])
  const part = (after: string | null) =>
    countBlocks(portal.ctx, (ctx) => listApiKeyOverviews(ctx, { issuer: slug, after, limit: 50 }))
  const { next } = await listApiKeyOverviews(portal.ctx, { issuer: slug, after: null, limit: 900 })
  const [first, last] = [await part(null), await part(next)]
  // One question to the database for each part, and the last is no more to read than the first.
  expect([first.statements, last.statements]).toEqual([1, 1])
  expect(last.blocks).toBeLessThan(2 * first.blocks)
  expect(first.blocks).toBeLessThan(1_000)
})

test('an unknown API key is a page that says so', async () => {
  for (const path of ['/admin/api-keys/nothing', '/admin/api-keys/key_00000000/edit'])
    expect((await admin.get(path)).status).toBe(404)
  expect((await admin.post('/admin/api-keys/key_zzzzzzzz/revoke')).status).toBe(404)
})
