import { describe, expect, test } from 'vitest'
import type { Judgement } from '#receipt/judge.ts'
import type { Check, CheckName, CheckStatus, Report, Verdict } from '#receipt/report.ts'
import { compareOpinions } from './check-again.ts'

type Seen = Partial<Record<CheckName, CheckStatus>>

const checksOf = (seen: Seen) =>
  Object.entries(seen).map(([check, status]) => ({ check, status }) as unknown as Check)

const mine = (verdict: Verdict, seen: Seen, signature = 'signature_good') =>
  ({ verdict, checks: checksOf(seen), outcomes: { signature } }) as unknown as Judgement

const portal = (verdict: Verdict, seen: Seen) =>
  ({ verdict, checks: checksOf(seen) }) as unknown as Report

const allGood: Seen = { signature: 'pass', stored_content: 'pass' }

describe('two verdicts side by side', () => {
  test('that are the same agree', () =>
    expect(
      compareOpinions(mine('valid', allGood), portal('valid', allGood), 'valid', true),
    ).toEqual({ kind: 'agrees', twice: true }))

  test('that differ are an alarm', () =>
    expect(
      compareOpinions(
        mine('invalid', { signature: 'fail' }),
        portal('valid', allGood),
        'valid',
        true,
      ),
    ).toEqual({ kind: 'disagrees', server: 'valid', browser: 'invalid' }))

  test('are an alarm even where another part could not be seen', () =>
    expect(
      compareOpinions(
        mine('invalid', { signature: 'fail', stored_content: 'not-checked' }),
        portal('valid', allGood),
        'valid',
        false,
      ).kind,
    ).toBe('disagrees'))

  test('are no alarm where the browser could not see what the portal saw', () =>
    expect(
      compareOpinions(
        mine('cannot-check', { signature: 'not-checked' }),
        portal('valid', allGood),
        'valid',
        false,
      ).kind,
    ).toBe('unable'))

  test('are an old page where the portal has changed its mind since', () =>
    expect(
      compareOpinions(mine('revoked', allGood), portal('revoked', allGood), 'valid', true).kind,
    ).toBe('stale'))

  test('never agree while two engines differ about a signature', () =>
    expect(
      compareOpinions(
        mine('cannot-check', {}, 'engines_disagree'),
        portal('cannot-check', {}),
        'cannot-check',
        true,
      ).kind,
    ).toBe('engines-disagree'))
})
