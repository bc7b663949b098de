import { expect, test } from 'vitest'
import { CHECKS, type Check, type CheckCode, type CheckName } from '#receipt/report.ts'
import { axisAnswers, tellAnswer } from './axis-answers.ts'

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

test('a good receipt whose text was not compared gets no “yes” and no tick', () => {
  const words = {
    pass: 'Yes.',
    warn: 'Yes, but.',
    fail: 'No.',
    'not-checked': 'Not checked.',
    uncompared: 'The receipt is.',
    notYet: 'Paste it.',
  }
  const private_ = {
    stored_content: 'content_not_stored',
    content: 'content_not_supplied',
  } as const
  const tell = (codes: Partial<Record<CheckName, CheckCode>>) => {
    const answer = axisAnswers(checksOf({ signature: 'signature_good', ...codes }))[0]!
    return [answer.status, tellAnswer(answer, words)]
  }
  expect(tell(private_)).toEqual([
    'not-checked',
    { begins: 'The receipt is.', says: 'signature_good Paste it.' },
  ])
  expect(tell({ ...private_, outcome: 'outcome_partial' })[0]).toBe('warn')
  expect(tell({ ...private_, outcome: 'outcome_partial' })[1]).toMatchObject({
    begins: 'The receipt is.',
  })
  for (const [codes, status, begins] of [
    [{ ...private_, content: 'content_exact' }, 'pass', 'Yes.'],
    [{ ...private_, content: 'content_repaired' }, 'warn', 'Yes, but.'],
    [{ ...private_, content: 'content_differs' }, 'fail', 'No.'],
    [{ ...private_, stored_content: 'stored_content_matches' }, 'pass', 'Yes.'],
    [{ ...private_, content: 'content_not_checkable' }, 'not-checked', 'The receipt is.'],
    [{ ...private_, signature: 'signature_bad' }, 'fail', 'No.'],
  ] as const)
    expect(tell(codes)).toMatchObject([status, { begins }])
})

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
