import { expect, test } from 'vitest'
import { openConsole } from '../support/console.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createIssuer } from '../support/world.ts'

const { portal } = portalTest({ pages: true })
const admin = given(() => openConsole(portal, 'admin'))
const viewer = given(() => openConsole(portal, 'viewer'))

test('where there is no issuer the page says what to do first, and offers it to those who may', async () => {
  const [seen, offered] = [await viewer.get('/admin/issuers'), await admin.get('/admin/issuers')]
  for (const { status, text } of [seen, offered]) {
    expect(status).toBe(200)
    expect(text).toContain('Begin here: create an issuer')
  }
  expect(offered.text).toContain('href="/admin/issuers/new"')
  expect(seen.text).not.toContain('href="/admin/issuers/new"')
})

test('an issuer is created, shown with its history, and its name changed in place', async () => {
  const fields = { name: ' Harbour Library ', slug: 'harbour', url: 'https://harbour.example' }
  const created = await admin.post('/admin/issuers/new', fields)
  expect([created.status, created.location]).toEqual([302, '/admin/issuers/harbour?done=created'])
  const page = (await viewer.get(created.location!)).text
  for (const shown of [
    'Harbour Library',
    'https://harbour.example',
    'No signing key yet',
    'Created',
  ])
    expect(page).toContain(shown)
  const edit = '/admin/issuers/harbour/edit'
  expect((await admin.get(edit)).text).toContain('value="Harbour Library"')
  const saved = await admin.post(edit, { name: 'Harbour Reading Room', url: '' })
  expect(saved.location).toBe('/admin/issuers/harbour?done=saved')
  const after = (await viewer.get(saved.location!)).text
  expect(after).toContain('Harbour Reading Room')
  expect(after).toMatch(/name:.*Harbour Library.*→.*Harbour Reading Room/)
  expect(after).toContain(admin.name)
})

test('what is wrong is said at its field, and what was typed stays', async () => {
  await createIssuer(portal, 'taken')
  const answer = await admin.post('/admin/issuers/new', {
    name: 'Other',
    slug: 'taken',
    url: 'https://other.example/here',
  })
  expect(answer.status).toBe(409)
  expect(answer.text).toMatch(/id="([^"]*slug-error)">Another issuer has this slug/)
  expect(answer.text).toContain('value="https://other.example/here"')
  const twin = await admin.post('/admin/issuers/new', {
    name: 'Hаrbour Reading Room',
    slug: 'twin',
  })
  expect(twin.status).toBe(409)
  expect(twin.text).toContain('This looks like the name of another issuer.')
  const bad = await admin.post('/admin/issuers/new', { name: '', slug: 'Not a slug', url: 'x' })
  expect(bad.status).toBe(400)
  for (const says of ['Give it a name.', 'Use 1 to 63 of a-z', 'Give a whole address'])
    expect(bad.text).toContain(says)
  expect(bad.text).toContain('value="Not a slug"')
})

test('a thousand issuers are read part by part, each of them once', async () => {
  await portal.ctx.db.run(
    `insert into issuers (slug, name, name_skeleton, created_at)
      select 'many-' || lpad(n::text, 4, '0'), 'Many ' || n, 'many-' || n, now()
        from generate_series(1, 1000) n`,
    [],
  )
  const seen: string[] = []
  let path: string | undefined = '/admin/issuers'
  while (path !== undefined) {
    const { text } = await viewer.get(path)
    seen.push(
      ...[...text.matchAll(/<th scope="row"><a href="\/admin\/issuers\/([^"]+)"/g)].map(
        (m) => m[1]!,
      ),
    )
    path = /<a href="([^"]+)">Following part/.exec(text)?.[1]
  }
  expect(seen.filter((slug) => slug.startsWith('many-'))).toHaveLength(1000)
  expect(new Set(seen).size).toBe(seen.length)
})

test('an unknown issuer is a page that says so', async () => {
  for (const path of ['/admin/issuers/nobody', '/admin/issuers/No!', '/admin/issuers/nobody/edit'])
    expect((await admin.get(path)).status).toBe(404)
})
