import { expect, test } from 'vitest'
import { readCookie, setCookie } from './cookies.ts'
import { isSameOrigin } from './same-origin.ts'

const URL = 'https://receipts.example'

test('only a form of our own pages is one', () => {
  expect(isSameOrigin({ origin: URL, 'sec-fetch-site': 'same-origin' }, URL)).toBe(true)
  expect(isSameOrigin({ origin: URL }, URL)).toBe(true)
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `${URL}.evil.example` },
    { 'sec-fetch-site': 'same-origin' },
    { origin: URL, 'sec-fetch-site': 'cross-site' },
    { origin: URL, 'sec-fetch-site': 'same-site' },
    { origin: URL, 'sec-fetch-site': 'none' },
  ])
    expect(isSameOrigin(headers, URL), JSON.stringify(headers)).toBe(false)
})

test('over https the cookie is bound to this host and hidden from scripts', () => {
  const token = 'a'.repeat(43)
  const cookie = setCookie(URL, 'session', token, 60)
  expect(cookie).toBe(
    `__Host-counterfoil-session=${token}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure`,
  )
  expect(readCookie(`x=1; __Host-counterfoil-session=${token}`, URL)).toBe(token)
  // Another host of the same site could set a cookie without the prefix.
  expect(readCookie(`counterfoil-session=${token}`, URL)).toBe(null)
  expect(readCookie('__Host-counterfoil-session=short', URL)).toBe(null)
  expect(setCookie(URL, 'session', null, 60)).toContain('Max-Age=0')
})
