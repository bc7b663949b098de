import { expect, test } from 'vitest'
import { CHECKS, VERDICTS, type CheckName, type Outcomes, type Verdict } from './report.ts'
import { headline } from './verdict.ts'

const names = Object.keys(CHECKS) as CheckName[]

const LOG_CODES = Object.keys(CHECKS.log.codes)

/**
 * Calls `visit` with every combination of the other checks, and the codes of the log in turn. The
 * object is reused, because there are 8 million.
 */
function walk(visit: (outcomes: Outcomes) => void): number {
  const outcomes = {} as Record<CheckName, string>
  let count = 0
  const choose = (depth: number): void => {
    const name = names[depth]!
    if (name === 'log') {
      outcomes.log = LOG_CODES[count++ % LOG_CODES.length]!
      visit(outcomes as unknown as Outcomes)
      return
    }
    for (const code of Object.keys(CHECKS[name].codes)) {
      outcomes[name] = code
      choose(depth + 1)
    }
  }
  choose(0)
  return count
}

/** The rules again, in sentences, written without a look at the table. */
function oracle(o: Outcomes): Verdict {
  if (o.format === 'not_found') return 'not-found'
  const provenWrong =
    o.format === 'malformed' ||
    o.id === 'id_mismatch' ||
    o.signature === 'signature_bad' ||
    o.stored_content === 'stored_content_altered' ||
    o.issued_at === 'issued_in_future'
  if (provenWrong) return 'invalid'
  if (o.issuer === 'issuer_unknown' || o.signature === 'signature_good_bundle_key')
    return 'unknown-issuer'
  if (o.revocation === 'receipt_revoked' || o.signing_key === 'key_revoked_before') return 'revoked'
  const everythingNeededWasChecked =
    o.signature === 'signature_good' &&
    o.issuer === 'issuer_known' &&
    o.revocation === 'not_revoked' &&
    o.signing_key !== 'key_not_checked' &&
    o.issued_at !== 'issued_at_not_checked' &&
    (o.received === 'received' || o.received === 'not_logged') &&
    o.outcome !== 'outcome_not_checked'
  if (!everythingNeededWasChecked) return 'cannot-check'
  if (o.content === 'content_differs') return 'differs'
  if (o.outcome !== 'outcome_complete') return 'partial'
  return o.signing_key === 'key_active' ? 'valid' : 'valid-key-retired'
}

test('every combination of outcomes has the verdict that the rules give it', () => {
  const seen = new Set<Verdict>()
  const wrong: string[] = []
  const count = walk((outcomes) => {
    const verdict = headline(outcomes)
    seen.add(verdict)
    if (verdict !== oracle(outcomes) && wrong.length < 5)
      wrong.push(`${verdict}: ${JSON.stringify(outcomes)}`)
  })
  expect(wrong).toEqual([])
  const product = names.reduce((n, name) => n * Object.keys(CHECKS[name].codes).length, 1)
  expect(count).toBe(product / LOG_CODES.length)
  expect([...seen].sort()).toEqual([...VERDICTS].sort())
})

const best: Outcomes = {
  format: 'well_formed',
  id: 'id_matches',
  signature: 'signature_good',
  stored_content: 'stored_content_matches',
  content: 'content_exact',
  outcome: 'outcome_complete',
  issuer: 'issuer_known',
  domain: 'domain_verified',
  revocation: 'not_revoked',
  signing_key: 'key_active',
  issued_at: 'issued_at_plausible',
  received: 'received',
  log: 'log_pending',
}

test('one failed check is enough to lose the valid verdict', () => {
  for (const name of names)
    for (const [code, status] of Object.entries(CHECKS[name].codes))
      if (status === 'fail') expect(headline({ ...best, [name]: code })).not.toBe('valid')
})

test('content not supplied or erased, no verified domain and a pending log lower nothing', () => {
  expect(headline(best)).toBe('valid')
  const harmless: Partial<Outcomes>[] = [
    { content: 'content_not_supplied' },
    { content: 'content_repaired' },
    { stored_content: 'content_erased' },
    { stored_content: 'content_not_stored' },
    { domain: 'domain_not_verified' },
    { log: 'log_off' },
    { log: 'log_not_checked' },
    { received: 'not_logged' },
    { issued_at: 'time_gap' },
  ]
  for (const change of harmless) expect(headline({ ...best, ...change })).toBe('valid')
})

test('a check that is missing, or has a code from a newer version, is never a pass', () => {
  expect(headline({ ...best, signature: 'signature_odd' as 'signature_good' })).toBe('cannot-check')
  for (const name of names) {
    const rest: Partial<Outcomes> = { ...best, [name]: undefined }
    expect(headline(rest as Outcomes)).toBe('cannot-check')
  }
})
