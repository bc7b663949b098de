import { expect, test } from 'vitest'
import { createLru } from './lru.ts'

/** Plain and slow: every key in the order in which it was used last. */
function createModel(countMax: number) {
  const used: string[] = []
  const touch = (key: string): boolean => {
    const at = used.indexOf(key)
    if (at >= 0) used.splice(at, 1)
    used.push(key)
    return at >= 0
  }
  return {
    has: (key: string): boolean => used.includes(key) && touch(key),
    set(key: string) {
      touch(key)
      if (used.length > countMax) used.shift()
    },
    delete(key: string) {
      if (used.includes(key)) used.splice(used.indexOf(key), 1)
    },
  }
}

test('what was used longest ago is forgotten, whatever was asked for and deleted before', () => {
  const lru = createLru<string>(4)
  const model = createModel(4)
  let seed = 1
  const draw = (below: number): number => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (let step = 0; step < 20_000; step++) {
    const key = `key ${draw(7)}`
    const deed = draw(10)
    if (deed === 0) {
      lru.delete(key)
      model.delete(key)
    } else if (deed < 4) {
      lru.set(key, key)
      model.set(key)
    } else {
      expect(lru.get(key), `step ${step}`).toBe(model.has(key) ? key : undefined)
    }
  }
})

test('a heavy value pushes out as many as it needs to, and one that is too heavy is not kept', () => {
  const lru = createLru<number>(10, (value) => value)
  for (const value of [1, 2, 3, 5]) lru.set(`of ${value}`, value)
  const kept = () => [1, 2, 3, 5].map((value) => lru.get(`of ${value}`))
  expect(kept()).toEqual([undefined, 2, 3, 5])
  lru.set('of 11', 11)
  expect(lru.get('of 11')).toBeUndefined()
  expect(kept()).toEqual([undefined, 2, 3, 5])
})
