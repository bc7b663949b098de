import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PAPER = readFileSync(join(import.meta.dirname, '../docs/asvs.md'), 'utf8')

/** The requirements of level 1 in ASVS 5.0.0, by section. */
const LEVEL_1: Record<string, number[]> = {
  '1.2': [1, 2, 3, 4, 5],
  '1.3': [1, 2],
  '1.5': [1],
  '2.1': [1],
  '2.2': [1, 2],
  '2.3': [1],
  '3.2': [1, 2],
  '3.3': [1],
  '3.4': [1, 2],
  '3.5': [1, 2, 3],
  '4.1': [1],
  '4.4': [1],
  '5.2': [1, 2],
  '5.3': [1, 2],
  '6.1': [1],
  '6.2': [1, 2, 3, 4, 5, 6, 7, 8],
  '6.3': [1, 2],
  '6.4': [1, 2],
  '7.2': [1, 2, 3, 4],
  '7.4': [1, 2],
  '8.1': [1],
  '8.2': [1, 2],
  '8.3': [1],
  '9.1': [1, 2, 3],
  '9.2': [1],
  '10.4': [1, 2, 3, 4, 5],
  '11.3': [1, 2],
  '11.4': [1],
  '12.1': [1],
  '12.2': [1, 2],
  '13.4': [1],
  '14.2': [1],
  '14.3': [1],
  '15.1': [1],
  '15.2': [1],
  '15.3': [1],
}
const NUMBERS = Object.entries(LEVEL_1).flatMap(([section, some]) =>
  some.map((one) => `${section}.${one}`),
)

const [, first = '', second = ''] = PAPER.split(/^## /m)
const rowsOf = (part: string): string[][] =>
  part
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

test('13.29: each requirement of level 1 has one row, met with a file or not applicable', () => {
  expect(NUMBERS).toHaveLength(70)
  const rows = rowsOf(first)
  expect(rows.map(([, number]) => number)).toEqual(NUMBERS)
  const unshown = rows.filter(
    ([, , , state, shown]) =>
      !(
        state === 'not applicable' ||
        (state === 'met' && /`[\w./-]+\.\w+`|`[\w./-]+\/`/.test(shown!))
      ),
  )
  expect(unshown).toEqual([])
  const met = rows.filter(([, , , state]) => state === 'met').length
  expect(first).toContain(`Of 70 requirements ${met} are met and ${70 - met} do not apply.`)
})

test('13.29: each requirement of level 2 that is not met has its reason', () => {
  const rows = rowsOf(second)
  expect(second).toContain(`these ${rows.length} are not met`)
  for (const [, number, , reason] of rows) {
    expect(NUMBERS).not.toContain(number)
    expect(reason!.length).toBeGreaterThan(5)
  }
})
