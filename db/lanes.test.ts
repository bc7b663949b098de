import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLanes } from './lanes.ts'

const timeout = () =>
  Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })

/** Items are `key:n`. `held` names the keys that another transaction holds. */
function openLanes() {
  const held = new Set<string>()
  const common: string[][] = []
  const apart: string[][] = []
  const keyOf = (item: string) => item.split(':')[0]!
  const lanes = createLanes<string, string>({
    run: async (items) => {
      common.push(items)
      await sleep(2)
      if (items.some((item) => held.has(keyOf(item)))) throw timeout()
      return items
    },
    runApart: async (items) => {
      apart.push(items)
      while (items.some((item) => held.has(keyOf(item)))) await sleep(1)
      return items
    },
    findLocked: (keys) => Promise.resolve(new Set(keys.filter((key) => held.has(key)))),
    keyOf,
    sizeMax: 100,
    waitingMax: 100,
  })
  return { lanes, held, common, apart }
}

test('13.19: a locked key goes in a group of its own, and the other keys of its group go on', async () => {
  const { lanes, held, apart } = openLanes()
  held.add('b')
  const answered: string[] = []
  const ask = (item: string) => lanes.call(item).then((answer) => answered.push(answer))
  const all = Promise.all(['b:1', 'a:1', 'b:2', 'c:1'].map(ask))
  await sleep(30)
  expect(answered).toEqual(['a:1', 'c:1'])
  // Later members of the locked key don't try the common group again.
  const later = Promise.all([ask('b:3'), ask('a:2')])
  await sleep(30)
  expect(answered).toEqual(['a:1', 'c:1', 'a:2'])
  held.delete('b')
  await all
  await later
  expect(answered.slice(3)).toEqual(['b:1', 'b:2', 'b:3'])
  expect(apart).toEqual([['b:1', 'b:2'], ['b:3']])
})

test('13.19: a key whose lock is gone travels with all others again', async () => {
  const { lanes, held, common } = openLanes()
  held.add('b')
  const waiting = lanes.call('b:1')
  await sleep(10)
  held.delete('b')
  await waiting
  expect(await Promise.all(['a:1', 'b:2'].map((item) => lanes.call(item)))).toEqual(['a:1', 'b:2'])
  expect(common.at(-1)).toEqual(['a:1', 'b:2'])
})

test('13.19: two locked keys don’t wait for each other', async () => {
  const { lanes, held } = openLanes()
  held.add('b').add('c')
  const [b, c] = ['b:1', 'c:1'].map((item) => lanes.call(item))
  await sleep(20)
  held.delete('c')
  expect(await c).toBe('c:1')
  held.delete('b')
  expect(await b).toBe('b:1')
})

test('13.19: a lock of no key is waited for with the whole group', async () => {
  let tries = 0
  const lanes = createLanes<string, string>({
    run: (items) => (++tries < 5 ? Promise.reject(timeout()) : Promise.resolve(items)),
    runApart: () => Promise.reject(new Error('nobody goes apart')),
    findLocked: () => Promise.resolve(new Set()),
    keyOf: (item) => item,
    sizeMax: 10,
    waitingMax: 10,
  })
  expect(await Promise.all([lanes.call('a'), lanes.call('b')])).toEqual(['a', 'b'])
})
