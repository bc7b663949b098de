import { describe, expect, test } from 'vitest'
import { respellIssuers } from '#app/services/issuers/update-issuer.ts'
import { portalTest } from '../support/portal-test.ts'
import { ADMIN_TOKEN, PUBLIC_URL } from '../support/portal.ts'
import { createIssuer, freshSlug } from '../support/world.ts'

const { portal } = portalTest()

const issuers = '/v1/admin/issuers'

test('unauthorized: every admin route refuses no token, a wrong one, and an API key', async () => {
  const routes = [
    ['GET', issuers],
    ['POST', issuers],
    ['PATCH', `${issuers}/acme`],
    ['POST', `${issuers}/acme/signing-keys`],
    ['POST', `${issuers}/acme/signing-keys/some/retire`],
    ['POST', `${issuers}/acme/signing-keys/some/revoke`],
    ['POST', `${issuers}/acme/api-keys`],
    ['GET', '/v1/admin/api-keys'],
    ['PATCH', '/v1/admin/api-keys/key_00000000'],
    ['DELETE', '/v1/admin/api-keys/key_00000000'],
    ['POST', '/v1/admin/api-keys/key_00000000/rotate'],
    ['GET', '/v1/admin/usage'],
    ['GET', '/v1/admin/audit'],
    ['POST', '/v1/admin/receipts/rec_x/revoke'],
    ['DELETE', '/v1/admin/receipts/rec_x/content'],
  ] as const
  for (const [method, path] of routes) {
    for (const token of [undefined, `${ADMIN_TOKEN}x`, ADMIN_TOKEN.slice(0, -1), 'cfl_live_x']) {
      // A network of its own for each route: twenty wrong tokens slow a network down.
      const headers = { 'x-forwarded-for': `192.0.2.${routes.findIndex((one) => one[1] === path)}` }
      const call = token === undefined ? {} : { token }
      const answer = await portal.call(method, path, { ...call, headers })
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([401, 'unauthorized'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  }
})

describe('issuers', () => {
  test('a created issuer can be read, listed and seen by the public', async () => {
    const made = await portal.admin('POST', issuers, {
      slug: 'acme',
      name: 'ACME',
      url: 'https://acme.example/',
    })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`${PUBLIC_URL}/v1/admin/issuers/acme`)
    expect(made.headers.get('cache-control')).toBe('no-store')
    expect(made.body).toMatchObject({
      slug: 'acme',
      name: 'ACME',
      url: 'https://acme.example/',
      keys: [],
    })
    expect((await portal.admin('GET', `${issuers}/acme`)).body).toEqual(made.body)
    expect((await portal.call('GET', '/v1/issuers/acme')).body).toEqual(made.body)
  })

  test('slug_taken: a slug belongs to one issuer', async () => {
    const slug = await createIssuer(portal)
    const answer = await portal.admin('POST', issuers, { slug, name: 'Entirely Different' })
    expect([answer.status, answer.body.code]).toEqual([409, 'slug_taken'])
  })

  test('slug_taken: of twenty who ask at once, one gets it', async () => {
    const slug = freshSlug()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        portal.admin('POST', issuers, { slug, name: `Racer ${'abcdefghjknopqrstuvw'[i]!}` }),
      ),
    )
    expect(answers.filter((one) => one.status === 201)).toHaveLength(1)
    expect(answers.filter((one) => one.body.code === 'slug_taken')).toHaveLength(19)
  })

  test('name_confusable: a name that looks like another issuer’s is refused', async () => {
    await portal.admin('POST', issuers, { slug: 'northwind', name: 'Northwind' })
    for (const name of ['northwind', 'Nоrthwind', 'Ｎorthwind', 'Northw1nd', 'North\u200bwind']) {
      const answer = await portal.admin('POST', issuers, { slug: freshSlug(), name })
      expect([answer.status, answer.body.code], name).toEqual([409, 'name_confusable'])
    }
    const other = await createIssuer(portal)
    const renamed = await portal.admin('PATCH', `${issuers}/${other}`, { name: 'NORTHWIND' })
    expect([renamed.status, renamed.body.code]).toEqual([409, 'name_confusable'])
  })

  test('an issuer may change its own name to one that looks the same', async () => {
    await portal.admin('POST', issuers, { slug: 'contoso', name: 'contoso' })
    const answer = await portal.admin('PATCH', `${issuers}/contoso`, {
      name: 'Contoso',
      url: 'https://contoso.example',
    })
    expect(answer.body).toMatchObject({ name: 'Contoso', url: 'https://contoso.example/' })
    const cleared = await portal.admin('PATCH', `${issuers}/contoso`, { url: null })
    expect(cleared.body).toMatchObject({ name: 'Contoso', url: null })
  })

  test.each([
    ['a slug with capitals', { slug: 'Acme', name: 'A' }, '/slug'],
    ['a slug of 64', { slug: 'a'.repeat(64), name: 'A' }, '/slug'],
    ['a slug that ends with a hyphen', { slug: 'a-', name: 'A' }, '/slug'],
    ['an empty name', { slug: 'x1', name: '' }, '/name'],
    ['a name of 101', { slug: 'x1', name: 'n'.repeat(101) }, '/name'],
    ['a name with a line break', { slug: 'x1', name: 'A\nB' }, '/name'],
    ['a name that turns direction', { slug: 'x1', name: 'A\u202eB' }, '/name'],
    ['a name that draws nothing', { slug: 'x1', name: '\u200b\u2060' }, '/name'],
    ['a name with NUL', { slug: 'x1', name: 'A\u0000' }, '/name'],
    ['half a character', { slug: 'x1', name: '\ud800' }, '/name'],
    ['a script for a url', { slug: 'x1', name: 'A', url: 'javascript:alert(1)' }, '/url'],
    [
      'a url that hides its host',
      { slug: 'x1', name: 'A', url: 'https://a.example@b.example' },
      '/url',
    ],
    ['a long url', { slug: 'x1', name: 'A', url: `https://a.example/${'p'.repeat(2040)}` }, '/url'],
    ['an unknown member', { slug: 'x1', name: 'A', admin: true }, '/admin'],
  ])('invalid_request: %s is refused by name', async (_what, body, pointer) => {
    const answer = await portal.admin('POST', issuers, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.errors).toMatchObject([{ pointer }])
  })

  test('a name of 100 astral characters is as long as a name of 100 letters', async () => {
    const name = '𝔸'.repeat(100)
    expect((await portal.admin('POST', issuers, { slug: freshSlug(), name })).status).toBe(201)
  })

  test('not_found: an unknown slug, and one that no database could hold', async () => {
    for (const slug of ['nobody', '%00', 'a%2Fb', 'UPPER']) {
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { name: 'Nobody' }],
      ] as const) {
        const answer = await portal.admin(method, `${issuers}/${slug}`, body)
        expect([answer.status, answer.body.code], slug).toEqual([404, 'not_found'])
      }
    }
  })

  test('pages hold every issuer once, in order', async () => {
    for (let i = 0; i < 5; i++) await createIssuer(portal)
    interface Page {
      items: { slug: string }[]
      next: string | null
    }
    const all = (await portal.admin<Page>('GET', `${issuers}?limit=200`)).body.items
    const found: { slug: string }[] = []
    let next: string | null = ''
    while (next !== null) {
      const path: string = `${issuers}?limit=2${next === '' ? '' : `&after=${next}`}`
      const { body }: { body: Page } = await portal.admin<Page>('GET', path)
      found.push(...body.items)
      next = body.next
    }
    expect(found).toEqual(all)
    expect(found.map((one) => one.slug)).toEqual([...found.map((one) => one.slug)].sort())
    expect(new Set(found.map((one) => one.slug)).size).toBe(found.length)
  })

  test('invalid_request: a page of 201, of none, or from nowhere', async () => {
    for (const query of ['limit=201', 'limit=0', 'limit=x', 'after=%00', 'offset=2']) {
      const answer = await portal.admin('GET', `${issuers}?${query}`)
      expect([answer.status, answer.body.code], query).toEqual([400, 'invalid_request'])
    }
  })

  test('malformed_json, unsupported_media_type and payload_too_large, in this order of causes', async () => {
    const send = (raw: string, type: string) =>
      portal.call('POST', issuers, { token: ADMIN_TOKEN, raw, headers: { 'content-type': type } })
    expect((await send('{', 'application/json')).body.code).toBe('malformed_json')
    expect((await send('{}', 'text/plain')).body.code).toBe('unsupported_media_type')
    expect((await send(' '.repeat(65_537), 'application/json')).body.code).toBe('payload_too_large')
  })
})

test('13.28: an address is kept in one spelling, its host in ASCII', async () => {
  for (const [typed, kept] of [
    ['https://Acme.Example', 'https://acme.example/'],
    ['https://аcme.example/x', 'https://xn--cme-5cd.example/x'],
    ['https://ｅvil.example', 'https://evil.example/'],
    ['https://acme.example:443/a/../b', 'https://acme.example/b'],
  ]) {
    const slug = freshSlug()
    const made = await portal.admin('POST', issuers, { slug, name: slug, url: typed })
    expect(made.body.url).toBe(kept)
    await portal.admin('PATCH', `${issuers}/${slug}`, { url: null })
    const changed = await portal.admin('PATCH', `${issuers}/${slug}`, { url: typed })
    expect(changed.body.url).toBe(kept)
  }
})

test('13.28: issuers of an earlier release get this one’s spelling and look', async () => {
  const { ctx } = portal
  const slug = freshSlug()
  await portal.admin('POST', issuers, { slug, name: `${slug}.`, url: null })
  await ctx.db.run(
    `update issuers set url = 'https://\u0430cme.example', name_skeleton = 'old look' where slug = $1`,
    [slug],
  )
  await respellIssuers(ctx)
  const { body } = await portal.admin('GET', `${issuers}/${slug}`)
  expect(body.url).toBe('https://xn--cme-5cd.example/')
  const double = { slug: freshSlug(), name: slug }
  expect((await portal.admin('POST', issuers, double)).body.code).toBe('name_confusable')
})
