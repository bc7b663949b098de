/**
 * The words of a verification: which checks there are, how each can end, and what a whole report
 * looks like. Every code here is public and permanent: clients branch on them, and a receipt that
 * was valid must never change its verdict because this file was edited.
 */

/** The headline, in the order in which the first that applies wins. */
export const VERDICTS = [
  'not-found',
  'invalid',
  'unknown-issuer',
  'revoked',
  'cannot-check',
  'differs',
  'partial',
  'valid-key-retired',
  'valid',
] as const
/** One word for all checks: see `VERDICTS`. Only `valid` and `valid-key-retired` say that all is well. */
export type Verdict = (typeof VERDICTS)[number]

/** The four questions a reader has. */
export const AXES = ['unchanged', 'issuer', 'status', 'time'] as const
export type Axis = (typeof AXES)[number]

/** A check that was not made is never a pass. */
export type CheckStatus = 'pass' | 'fail' | 'warn' | 'not-checked'

/** Every check: the question it belongs to, and each code it can end with and that code's status. */
export const CHECKS = {
  format: {
    axis: 'unchanged',
    codes: { well_formed: 'pass', malformed: 'fail', not_found: 'not-checked' },
  },
  id: {
    axis: 'unchanged',
    codes: { id_matches: 'pass', id_mismatch: 'fail', id_not_checked: 'not-checked' },
  },
  signature: {
    axis: 'unchanged',
    codes: {
      signature_good: 'pass',
      signature_good_bundle_key: 'pass',
      signature_bad: 'fail',
      signature_not_checked: 'not-checked',
      engines_disagree: 'not-checked',
    },
  },
  stored_content: {
    axis: 'unchanged',
    codes: {
      stored_content_matches: 'pass',
      stored_content_altered: 'fail',
      content_not_stored: 'not-checked',
      content_erased: 'not-checked',
      stored_content_not_checked: 'not-checked',
    },
  },
  content: {
    axis: 'unchanged',
    codes: {
      content_exact: 'pass',
      content_repaired: 'warn',
      content_differs: 'fail',
      content_not_supplied: 'not-checked',
      content_not_checkable: 'not-checked',
    },
  },
  outcome: {
    axis: 'unchanged',
    codes: {
      outcome_complete: 'pass',
      outcome_partial: 'warn',
      outcome_failed: 'warn',
      outcome_started: 'warn',
      outcome_not_checked: 'not-checked',
    },
  },
  issuer: {
    axis: 'issuer',
    codes: { issuer_known: 'pass', issuer_unknown: 'fail', issuer_not_checked: 'not-checked' },
  },
  domain: {
    axis: 'issuer',
    codes: { domain_verified: 'pass', domain_not_verified: 'not-checked' },
  },
  revocation: {
    axis: 'status',
    codes: {
      not_revoked: 'pass',
      receipt_revoked: 'fail',
      revocation_not_checked: 'not-checked',
    },
  },
  signing_key: {
    axis: 'status',
    codes: {
      key_active: 'pass',
      key_retired: 'warn',
      key_revoked_after: 'warn',
      key_revoked_before: 'fail',
      key_not_checked: 'not-checked',
    },
  },
  issued_at: {
    axis: 'time',
    codes: {
      issued_at_plausible: 'pass',
      time_gap: 'warn',
      issued_in_future: 'fail',
      issued_at_not_checked: 'not-checked',
    },
  },
  received: {
    axis: 'time',
    codes: {
      received: 'pass',
      not_logged: 'warn',
      no_time_evidence: 'not-checked',
      received_not_checked: 'not-checked',
    },
  },
  log: {
    axis: 'time',
    codes: { log_pending: 'not-checked', log_not_checked: 'not-checked' },
  },
} as const satisfies Record<string, { axis: Axis; codes: Record<string, CheckStatus> }>

export type CheckName = keyof typeof CHECKS
/** How each check ended: one code for each. The verdict is a function of this and nothing else. */
export type Outcomes = { [K in CheckName]: keyof (typeof CHECKS)[K]['codes'] }
export type CheckCode = Outcomes[CheckName]

/** One check as the report and the page show it. `message` is one English sentence. */
export interface Check {
  axis: Axis
  check: CheckName
  status: CheckStatus
  code: CheckCode
  message: string
}

/** Verdict, checks and facts together: the answer of every verification route. Times are RFC 3339 UTC. */
export interface Report {
  receiptId: string | null
  verdict: Verdict
  mode: 'live' | 'test' | null
  checks: Check[]
  /** Null where the verdict is `invalid` or `not-found`: an unproven claim is not a fact. */
  receipt: { header: ReceiptHeader; claims: ReceiptClaims } | null
  issuer: { slug: string; name: string; url: string | null; domainVerified: boolean } | null
  signingKey: {
    kid: string
    state: 'active' | 'retired' | 'revoked'
    publishedAt: string
    retiredAt: string | null
    revokedAt: string | null
    compromisedSince: string | null
    reason: string | null
  } | null
  /** Null for a receipt this portal does not hold. */
  log: { state: 'pending' } | null
  receivedAt: string | null
  revocation: { revokedAt: string; reason: string } | null
  contentAvailable: boolean
  links: {
    self: string
    page: string
    receipt: string
    bundle: string
    content: string | null
    issuer: string | null
  } | null
}

export interface ReceiptHeader {
  alg: 'Ed25519' | 'EdDSA'
  /** RFC 7638 thumbprint of the public JWK, base64url. */
  kid: string
  typ: 'ai-receipt+jwt'
}

export interface ReceiptContent {
  alg: 'sha-256' | 'hmac-sha-256'
  /** 32 bytes, base64url (43 characters). */
  digest: string
  /** Bytes. Absent for hmac-sha-256, where it would tell "yes" from "no". */
  length?: number
  /** A media type. */
  type: string
  subject: 'text' | 'message' | 'wire' | 'file'
  excerpts?: { unit: 'line'; count: number; root: string }
}

export interface ReceiptOutcome {
  status: 'complete' | 'partial' | 'failed' | 'started'
  end?: string
  chunks?: number
  startedAt?: number
  endedAt?: number
}

/** The signed claims. Times are whole seconds since 1970. */
export interface ReceiptClaims {
  v: 1
  iss: string
  iat: number
  content: ReceiptContent
  jti?: string
  model?: string
  provider?: string
  outcome?: ReceiptOutcome
  prompt?: { alg: 'sha-256' | 'hmac-sha-256'; digest: string }
  meta?: Record<string, string>
}
