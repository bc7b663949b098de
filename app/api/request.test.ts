import { expect, test } from 'vitest'
import { ERRORS_MAX, listErrors } from './request.ts'
import { submission } from './schemas/ingestion.ts'
import { verifyBody } from './schemas/verification.ts'

test('what is wrong is listed, but never in an answer longer than its request', () => {
  const names = Array.from({ length: 85_000 }, (_, i) => [i.toString(36), 0])
  for (const schema of [submission, verifyBody]) {
    const read = schema.safeParse(Object.fromEntries(names))
    const errors = read.success ? [] : listErrors(read.error)
    expect(errors).toHaveLength(ERRORS_MAX)
    expect(JSON.stringify(errors).length).toBeLessThan(2_000)
  }
})

test('a wrong name is told by its beginning, however long it is', () => {
  const read = submission.safeParse({ receipt: 'x', ['/'.repeat(1_000_000)]: 1 })
  const [error] = read.success ? [] : listErrors(read.error)
  expect(error?.pointer).toBe(`/${'~1'.repeat(256)}`)
})
