import { expect, test } from 'vitest'
import { showKeyState } from './signing-key-state.ts'

const USED = '2026-11-03T14:02:00.000Z'
const key = (
  kid: string,
  lastReceivedAt: string | null,
  state: 'active' | 'retired' | 'revoked' = 'active',
) => ({ kid, state, lastReceivedAt })

test('a published key is the next one while another active key is in use', () => {
  const keys = [key('a', USED), key('b', null)]
  expect(keys.map((one) => showKeyState(one, keys))).toEqual(['active', 'next'])
})

test('the first key of an issuer is active, and so are several that nobody used yet', () => {
  expect(showKeyState(key('a', null), [key('a', null)])).toBe('active')
  const keys = [key('a', null), key('b', null)]
  expect(keys.map((one) => showKeyState(one, keys))).toEqual(['active', 'active'])
})

test('beside retired and revoked keys an unused key is active: it is the one to sign with', () => {
  const keys = [key('a', USED, 'retired'), key('b', USED, 'revoked'), key('c', null)]
  expect(keys.map((one) => showKeyState(one, keys))).toEqual(['retired', 'revoked', 'active'])
})
