import { CHECKS, VERDICTS } from './report.ts'
import type { CheckCode, CheckName, Outcomes, Verdict } from './report.ts'

/**
 * The best verdict that each code still allows. The table names every code, because the compiler
 * refuses a missing one: a forgotten code can't become harmless.
 */
const ALLOWS: Record<CheckCode, Verdict> = {
  well_formed: 'valid',
  malformed: 'invalid',
  not_found: 'not-found',

  id_matches: 'valid',
  id_mismatch: 'invalid',
  // The question was the receipt itself, so the check had no id to compare.
  id_not_checked: 'valid',

  signature_good: 'valid',
  // The portal does not publish this key, so the signature does not tell whose it is.
  signature_good_bundle_key: 'unknown-issuer',
  signature_bad: 'invalid',
  signature_not_checked: 'cannot-check',
  engines_disagree: 'cannot-check',

  stored_content_matches: 'valid',
  stored_content_altered: 'invalid',
  content_not_stored: 'valid',
  content_erased: 'valid',
  stored_content_not_checked: 'valid',

  content_exact: 'valid',
  content_repaired: 'valid',
  content_differs: 'differs',
  content_not_supplied: 'valid',
  content_not_checkable: 'valid',

  outcome_complete: 'valid',
  outcome_partial: 'partial',
  outcome_failed: 'partial',
  outcome_started: 'partial',
  outcome_not_checked: 'cannot-check',

  issuer_known: 'valid',
  issuer_unknown: 'unknown-issuer',
  issuer_not_checked: 'cannot-check',

  domain_verified: 'valid',
  domain_not_verified: 'valid',

  not_revoked: 'valid',
  receipt_revoked: 'revoked',
  revocation_not_checked: 'cannot-check',

  key_active: 'valid',
  key_retired: 'valid-key-retired',
  key_revoked_after: 'valid-key-retired',
  key_revoked_before: 'revoked',
  key_not_checked: 'cannot-check',

  issued_at_plausible: 'valid',
  time_gap: 'valid',
  issued_in_future: 'invalid',
  issued_at_not_checked: 'cannot-check',

  received: 'valid',
  not_logged: 'valid',
  // A retired key may have leaked, and a thief can put any past time into `iat`.
  no_time_evidence: 'cannot-check',
  received_not_checked: 'cannot-check',

  log_off: 'valid',
  log_pending: 'valid',
  log_not_checked: 'valid',
}

const RANKS: Partial<Record<string, number>> = Object.fromEntries(
  Object.entries(ALLOWS).map(([code, verdict]) => [code, VERDICTS.indexOf(verdict)]),
)
const CHECK_NAMES = Object.keys(CHECKS) as CheckName[]

/**
 * The verdict: of all that the codes allow, the first in the order of `VERDICTS`. A missing check,
 * or a code from a newer version, counts as a check that was not made.
 */
export function headline(outcomes: Outcomes): Verdict {
  let first = VERDICTS.length - 1
  for (const check of CHECK_NAMES) {
    const rank = RANKS[outcomes[check]] ?? VERDICTS.indexOf('cannot-check')
    if (rank < first) first = rank
  }
  return VERDICTS[first]!
}
