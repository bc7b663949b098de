import { expect, test } from 'vitest'
import { readCookie, setCookie } from './cookies.ts'

const HTTPS = 'https://portal.example'
const TOKEN = 'A'.repeat(43)

test('over https a cookie has the name that no other host and no path can give, and is never sent in the clear', () => {
  const line = setCookie(HTTPS, 'session', TOKEN, 60)
  expect(line).toMatch(/^__Host-counterfoil-session=/)
  for (const part of ['Path=/', 'Max-Age=60', 'HttpOnly', 'SameSite=Lax', 'Secure'])
    expect(line.split('; ')).toContain(part)
  expect(line).not.toContain('Domain')
})

test('a cookie without that name is not taken over https, nor one of another use', () => {
  const read = (header: string) => readCookie(header, HTTPS)
  expect(read(`a=b; __Host-counterfoil-session=${TOKEN}`)).toBe(TOKEN)
  for (const header of [
    '',
    `counterfoil-session=${TOKEN}`,
    `__Host-counterfoil-passkey=${TOKEN}`,
    `__Host-counterfoil-session=${TOKEN}A`,
    '__Host-counterfoil-session=',
  ])
    expect(read(header)).toBe(null)
})

test('the end of a cookie is as wide as the cookie was', () => {
  expect(setCookie(HTTPS, 'session', null, 60)).toBe(
    '__Host-counterfoil-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
  )
})
