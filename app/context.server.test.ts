import { expect, test } from 'vitest'
import { createCaches, RENDERED_BYTES_MAX } from './context.server.ts'
import type { Rendered } from './context.ts'

const rendered = (bytes: number, contentBytes: number): Rendered => ({
  body: new Uint8Array(bytes),
  state: { receiptId: '', row: { content: new Uint8Array(contentBytes) } } as Rendered['state'],
  etag: '',
})

test('finished output is kept by its bytes: the least recently read gives way', () => {
  const { rendered: cache } = createCaches()
  const third = Math.floor(RENDERED_BYTES_MAX / 3) - 1_000
  for (const name of ['a', 'b', 'c']) cache.set(name, rendered(1_000, third - 1_000))
  expect(cache.get('a')).toBeDefined()
  cache.set('d', rendered(third, 0))
  expect(['a', 'b', 'c', 'd'].filter((name) => cache.has(name))).toEqual(['a', 'c', 'd'])
})

test('output larger than the whole cache pushes nothing out', () => {
  const { rendered: cache } = createCaches()
  cache.set('small', rendered(10, 0))
  cache.set('large', rendered(RENDERED_BYTES_MAX, 1))
  expect([...cache.keys()]).toEqual(['small'])
})
