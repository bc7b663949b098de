import { expect, test } from 'vitest'
import { openConsole } from '../support/console.ts'
import { given, portalTest } from '../support/portal-test.ts'

const { portal } = portalTest({ pages: true })
const viewer = given(() => openConsole(portal, 'viewer'))

/** The console's own frame, and a way on that stays in it. */
function expectInside(text: string, title: string): void {
  expect(text).toContain(`<h1>${title}</h1>`)
  expect(text).toContain('aria-label="Console"')
  expect(text).toContain('<a class="button" href="/admin">To the overview</a>')
  // One frame, not one in another.
  expect(text.match(/<main/g)).toHaveLength(1)
  expect(text).not.toContain('site-header')
  expect(text).toMatch(/<title>[^<]*<\/title>/)
}

test.each([
  '/admin/nothing',
  '/admin/nothing/at/all',
  '/admin/sign-in/nothing',
  '/admin/issuers/nothing',
  '/admin/issuers/nothing/keys/nothing',
  '/admin/receipts/nothing',
  '/admin/receipts/rec_00000000000000000000000000000000',
  '/admin/alerts/nothing',
])('%s is a 404 in the console’s own frame and leads back to the console', async (path) => {
  const { status, text } = await viewer.get(path)
  expect(status).toBe(404)
  expectInside(text, 'There is no page here')
  expect(text).toContain('<title>There is no page here')
})

test('to whoever is not signed in no address of the console says whether it exists', async () => {
  for (const path of ['/admin/nothing', '/admin/issuers']) {
    const { status, headers } = await fetch(portal.origin + path, { redirect: 'manual' })
    expect(status).toBe(302)
    const next = encodeURIComponent(path)
    expect(headers.get('location')).toBe(`/admin/sign-in?next=${next}`)
  }
})

test('what a role may not do, seen or sent, is said in the same frame', async () => {
  for (const { status, text } of [
    await viewer.get('/admin/people'),
    await viewer.post('/admin/issuers/new', { name: 'n', slug: 's' }),
  ]) {
    expect(status).toBe(403)
    expectInside(text, 'Your role does not allow this')
  }
})

test('a form without the session’s token is refused in the same frame', async () => {
  const { status, text } = await viewer.post('/admin/sessions', { csrf: 'another' })
  expect(status).toBe(403)
  expectInside(text, 'This form is no longer valid')
})
