import { expect, test } from 'vitest'
import { listChanges } from './changes.ts'

test('only what differs is listed, with both its values', () => {
  const before = { id: 'key_1', cap: 100, name: 'a', expiresAt: null }
  const after = { id: 'key_1', cap: 500, name: 'a', expiresAt: '2027-01-01' }
  expect(listChanges(before, after)).toEqual([
    { name: 'cap', before: '100', after: '500' },
    { name: 'expiresAt', before: 'none', after: '2027-01-01' },
  ])
})

test('what was made or taken away is listed whole', () => {
  expect(listChanges(null, { slug: 'acme', url: null })).toEqual([
    { name: 'slug', before: null, after: 'acme' },
    { name: 'url', before: null, after: 'none' },
  ])
  expect(listChanges({ bytes: 12 }, null)).toEqual([{ name: 'bytes', before: '12', after: null }])
})

test('values of every kind have a spelling', () => {
  const after = { list: [1, 'b'], inner: { a: true }, empty: '', no: false }
  expect(listChanges({}, after).map((change) => change.after)).toEqual([
    '[1,"b"]',
    '{"a":true}',
    '“”',
    'false',
  ])
  expect(listChanges(null, null)).toEqual([])
  expect(listChanges('a text', [1])).toEqual([])
})

test('a member named like one that every object has is a member', () => {
  expect(listChanges(JSON.parse('{"__proto__": 1}'), { constructor: 2 })).toEqual([
    { name: '__proto__', before: '1', after: null },
    { name: 'constructor', before: null, after: '2' },
  ])
})
