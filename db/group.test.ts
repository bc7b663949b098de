import { expect, test } from 'vitest'
import { DatabaseUnavailable } from './connection.ts'
import { createGroup } from './group.ts'

const MIB = 1024 * 1024

/** A group whose statements are held until `release`, and what each of them carried. */
function holdGroup(bytesOf?: (item: number) => number) {
  const carried: number[][] = []
  let release!: () => void
  const held = new Promise<void>((resolve) => (release = resolve))
  const group = createGroup<number, number>({
    run: async (items) => {
      carried.push(items)
      await held
      return items.map((item) => item * 2)
    },
    sizeMax: 4,
    waitingMax: 10,
    ...(bytesOf === undefined ? {} : { bytesOf }),
  })
  return { group, carried, release }
}

const calls = (group: { call(item: number): Promise<number> }, count: number) =>
  Array.from({ length: count }, (_, i) => group.call(i + 1))

test('calls travel in order, together, at most so many at once, each with its own answer', async () => {
  const { group, carried, release } = holdGroup()
  const answers = Promise.all(calls(group, 10))
  release()
  expect(await answers).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
  expect(carried.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(Math.max(...carried.map((items) => items.length))).toBe(4)
})

test('large calls are not packed into one statement, and one that is larger still goes alone', async () => {
  const { group, carried, release } = holdGroup((item) => (item === 3 ? 20 * MIB : 5 * MIB))
  const answers = Promise.all(calls(group, 4))
  release()
  await answers
  expect(carried).toEqual([[1], [2], [3], [4]])
})

test('more than may wait is refused at once, by number and by size, and the others are answered', async () => {
  for (const { bytesOf, admitted } of [
    { bytesOf: undefined, admitted: 10 },
    { bytesOf: () => 100 * MIB, admitted: 2 },
  ]) {
    const { group, release } = holdGroup(bytesOf)
    const outcomes = Promise.allSettled(calls(group, 12))
    release()
    const refused = (await outcomes).filter((one) => one.status === 'rejected')
    expect(refused.length).toBe(12 - admitted)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(DatabaseUnavailable)
  }
})

test('a bad member fails alone', async () => {
  const group = createGroup<number, number>({
    run: (items) =>
      items.includes(3) ? Promise.reject(new Error('3 is bad')) : Promise.resolve(items),
    sizeMax: 10,
    waitingMax: 10,
  })
  const outcomes = await Promise.allSettled(calls(group, 4))
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
})

test('what Postgres asks to be repeated is repeated', async () => {
  let tries = 0
  const group = createGroup<number, number>({
    run: (items) =>
      ++tries < 3
        ? Promise.reject(Object.assign(new Error('again'), { code: '40001' }))
        : Promise.resolve(items),
    sizeMax: 10,
    waitingMax: 10,
  })
  expect(await group.call(7)).toBe(7)
  expect(tries).toBe(3)
})
