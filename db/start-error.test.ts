import { expect, test } from 'vitest'
import { databaseError } from './start-error.ts'

test('whoever gives the address of a pooler is told so, and what to give instead', () => {
  const refused = new Error('unsupported startup parameter: idle_in_transaction_session_timeout')
  expect(databaseError(refused).message).toMatch(/^DATABASE_URL leads to a pooler .* own address/)
  expect(databaseError(new Error('no such host')).message).toMatch(
    /^The database of DATABASE_URL can't be used \(no such host\): check its host/,
  )
})
