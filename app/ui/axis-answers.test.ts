import { expect, test } from 'vitest'
import { CHECKS, type Check, type CheckCode, type CheckName } from '#receipt/report.ts'
import { axisAnswers } from './axis-answers.ts'

function checksOf(codes: Partial<Record<CheckName, CheckCode>>): Check[] {
  return Object.entries(codes).map(([name, code]) => {
    const check = name as CheckName
    const statuses = CHECKS[check].codes as Record<string, Check['status']>
    return { axis: CHECKS[check].axis, check, status: statuses[code]!, code, message: code }
  })
}

const unchanged = (codes: Partial<Record<CheckName, CheckCode>>) => {
  const { status, telling } = axisAnswers(checksOf(codes))[0]!
  return { status, says: telling.map((check) => check.message) }
}

test('a text that was not supplied lowers no answer', () =>
  expect(
    unchanged({
      signature: 'signature_good',
      stored_content: 'content_not_stored',
      content: 'content_not_supplied',
    }),
  ).toEqual({ status: 'pass', says: ['signature_good', 'content_not_supplied'] }))

test('a signature that was not checked is never a yes', () =>
  expect(unchanged({ format: 'well_formed', signature: 'signature_not_checked' }).status).toBe(
    'not-checked',
  ))

test('one failure is told alone', () =>
  expect(
    unchanged({ signature: 'signature_good', stored_content: 'stored_content_altered' }),
  ).toEqual({ status: 'fail', says: ['stored_content_altered'] }))

test('an erased text is said to be erased', () =>
  expect(
    unchanged({ signature: 'signature_good', stored_content: 'content_erased' }).says,
  ).toContain('content_erased'))

test('an answer to no checks is that nothing was checked', () =>
  expect(axisAnswers([]).map((answer) => answer.status)).toEqual(
    Array.from({ length: 4 }, () => 'not-checked'),
  ))
