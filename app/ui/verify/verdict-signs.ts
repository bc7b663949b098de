import type { CheckStatus, Verdict } from '#receipt/report.ts'

/** One outline for each verdict, so that a reader without colours sees nine different signs. */
export const VERDICT_SIGNS: Record<Verdict, string> = {
  valid: 'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40m-9 21 6.5 6.5L34 18',
  'valid-key-retired': 'M24 4 7 10v13c0 10 7 17 17 21 10-4 17-11 17-21V10zm-8 20 6 6 11-12',
  partial: 'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40M24 4v40M24 14h-8m8 10H12m12 10h-8',
  'unknown-issuer':
    'M24 6a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 43c2-9 9-13 18-13s16 4 18 13M22 13c1-2 5-1 4 1-1 1-2 1-2 3m0 3v.1',
  revoked: 'M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40M10 38 38 10',
  differs: 'M7 17h34M7 31h34M32 7 16 41',
  invalid: 'M16 4h16l12 12v16L32 44H16L4 32V16zm0 12 16 16m0-16L16 32',
  'cannot-check': 'M14 36h21a9 9 0 0 0 1-18 13 13 0 0 0-25 3 8 8 0 0 0 3 15M24 20v7m0 4v.1',
  'not-found': 'M21 6a15 15 0 1 0 0 30 15 15 0 0 0 0-30m11 26 11 11M15 21h12',
}

export const STATUS_SIGNS: Record<CheckStatus, string> = {
  pass: 'm5 12.5 4.5 4.5L19 7',
  warn: 'M12 4v10m0 5v.1',
  fail: 'm6 6 12 12m0-12L6 18',
  'not-checked': 'M6 12h12',
}
