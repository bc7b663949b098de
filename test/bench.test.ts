import { expect, test, vi } from 'vitest'
import { createSubjects } from './bench/subjects.ts'
import { createSupply } from './bench/supply.ts'
import type { Row } from './bench/table.ts'

test('13.22: the bench never runs out of receipts, and signs none that no measurement needs', () => {
  const make = vi.fn((index: number) => Buffer.from(`receipt ${index}`))
  const supply = createSupply(make, 10)
  supply.reach(1)
  expect(make).toHaveBeenCalledTimes(10)
  for (let used = 0; used < 1_000; used += 35) {
    supply.reach(used + 35)
    for (let i = used; i < used + 35; i++) expect(supply.at(i).toString()).toBe(`receipt ${i}`)
  }
  expect(make.mock.calls.length).toBeLessThanOrEqual(1_025)
})

test('13.22: a row that can’t be measured is named, and the others are measured', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const row: Row = {
    what: 'a row',
    beside: 'another',
    measured: 1,
    unit: '×',
    better: 'more',
    first: null,
    goal: null,
    detail: '',
  }
  const { rows, failures, measure } = createSubjects(new Set(['batch', 'rows']))
  await measure('batch', () => Promise.reject(new Error('not all answers were 200')))
  await measure('rows', () => Promise.resolve([row]))
  await measure('sdk', () => Promise.reject(new Error('nobody asked for it')))
  said.mockRestore()
  expect(rows).toEqual([row])
  expect(failures).toEqual([{ subject: 'batch', error: 'not all answers were 200' }])
})
