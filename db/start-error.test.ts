import { expect, test } from 'vitest'
import { databaseError, StartError } from './start-error.ts'

test('whoever gives the address of a pooler is told so, and what to give instead', () => {
  const refused = new Error('unsupported startup parameter: idle_in_transaction_session_timeout')
  expect(databaseError(refused).message).toMatch(/^DATABASE_URL leads to a pooler .* own address/)
  expect(databaseError(new Error('no such host')).message).toMatch(
    /^The database of DATABASE_URL can't be used \(no such host\): check its host/,
  )
})

test('a database that refuses says why, and whoever gave its address what to change', () => {
  const forbidden = Object.assign(new Error('permission denied for database x'), { code: '42501' })
  const wrapped = new Error('Failed query: CREATE SCHEMA', { cause: forbidden })
  expect(databaseError(wrapped).message).toMatch(/permission denied for database x.* owner/)
  const none = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
  expect(databaseError(none).message).toMatch(/it has no password/)
  const old = new StartError('The database of DATABASE_URL is Postgres 9.6.')
  expect(databaseError(old)).toBe(old)
})
