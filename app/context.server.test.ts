import { expect, test } from 'vitest'
import { createCaches, VIEWS_BYTES_MAX } from './context.server.ts'
import type { ReceiptState, ReceiptView } from './context.ts'

const view = (contentBytes: number) => ({
  state: { receiptId: '', row: { content: new Uint8Array(contentBytes) } } as ReceiptState,
  view: {} as ReceiptView,
})

test('views are kept by the bytes of their content: the least recently read gives way', () => {
  const { views } = createCaches()
  const third = Math.floor(VIEWS_BYTES_MAX / 24) - 10_000
  for (const name of ['a', 'b', 'c']) views.set(name, view(third))
  expect(views.get('a')).toBeDefined()
  views.set('d', view(third))
  expect(['a', 'b', 'c', 'd'].filter((name) => views.has(name))).toEqual(['a', 'c', 'd'])
})

test('a view larger than all the room for views pushes nothing out', () => {
  const { views } = createCaches()
  views.set('small', view(10))
  views.set('large', view(VIEWS_BYTES_MAX))
  expect([...views.keys()]).toEqual(['small'])
})
