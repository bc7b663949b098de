// Every code in this file is public and permanent, because clients branch on the codes and a valid
// receipt must keep its verdict.

/** The verdicts: the first that applies is the receipt's. SPEC.md, section 7, has the rules. */
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
/** One word for all checks. Only `valid` and `valid-key-retired` say that all is well. */
export type Verdict = (typeof VERDICTS)[number]

/** The four questions of a reader: is it unchanged, who signed, does it still count, and when? */
export const AXES = ['unchanged', 'issuer', 'status', 'time'] as const
/** The question to which a check belongs. */
export type Axis = (typeof AXES)[number]

/** How a check ended. A check that was not made is never a pass. */
export type CheckStatus = 'pass' | 'fail' | 'warn' | 'not-checked'

/** Every check in the order of the page: its question, and its possible codes with their status. */
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
    codes: {
      log_off: 'not-checked',
      log_pending: 'not-checked',
      log_not_checked: 'not-checked',
    },
  },
} as const satisfies Record<string, { axis: Axis; codes: Record<string, CheckStatus> }>

/** The name of a check. */
export type CheckName = keyof typeof CHECKS
/** One code for each check. The verdict is a function of these codes and nothing else. */
export type Outcomes = { [K in CheckName]: keyof (typeof CHECKS)[K]['codes'] }
/** The code of a check, unique among all checks. */
export type CheckCode = Outcomes[CheckName]

/**
 * One check as the report and the page show it. `message` is one English sentence.
 *
 * ```check
 * {"axis":"unchanged","check":"format","status":"pass","code":"well_formed",
 * "message":"This is written as a receipt must be."}
 * ```
 */
export interface Check {
  axis: Axis
  check: CheckName
  status: CheckStatus
  code: CheckCode
  message: string
}

/**
 * A report is verdict, checks and facts together: the JSON that every verification route answers.
 * Times are RFC 3339 in UTC. At `…` stand the 13 checks and the links:
 *
 * ```report
 * {"receiptId":"rec_m33xjk8nva4cx8g7ffbb1mkymqe47whm","verdict":"valid","mode":"live","checks":[…],
 * "receipt":{"header":{"alg":"Ed25519","kid":"C_gRPaQgIK13IOEcW87yh1i7QsFy5gK4aA5otaQ-Mk4",
 * "typ":"ai-receipt+jwt"},"claims":{"v":1,"iss":"acme","iat":1762178520,"content":{"alg":"sha-256",
 * "digest":"ybpVV-oJ_u-QARYEZXJVoRYhwDa0gujIX-lm8s8g0Lc","length":32,
 * "type":"text/plain; charset=utf-8","subject":"text"}}},
 * "issuer":{"slug":"acme","name":"Acme Answers","url":null,"domainVerified":false},
 * "signingKey":{"kid":"C_gRPaQgIK13IOEcW87yh1i7QsFy5gK4aA5otaQ-Mk4","state":"active",
 * "publishedAt":"2025-11-01T09:00:00.000Z","retiredAt":null,"revokedAt":null,
 * "compromisedSince":null,"reason":null},"log":{"state":"off"},
 * "receivedAt":"2025-11-03T14:02:01.000Z","revocation":null,"contentAvailable":false,"links":{…}}
 * ```
 */
export interface Report {
  receiptId: string | null
  verdict: Verdict
  mode: 'live' | 'test' | null
  checks: Check[]
  /**
   * Null where the verdict is `invalid` or `not-found`, because an unproven claim is not a fact.
   */
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
  /** `off`: the portal keeps no public log. Null for a receipt that the portal does not store. */
  log: { state: 'off' | 'pending' } | null
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

/**
 * The header of a receipt (RFC 7515, section 4), decoded: exactly these members.
 *
 * ```header
 * {"alg":"Ed25519","kid":"C_gRPaQgIK13IOEcW87yh1i7QsFy5gK4aA5otaQ-Mk4","typ":"ai-receipt+jwt"}
 * ```
 */
export interface ReceiptHeader {
  /** RFC 9864 and RFC 8037 give the one algorithm these two names. */
  alg: 'Ed25519' | 'EdDSA'
  /** RFC 7638 thumbprint of the public JWK, base64url. */
  kid: string
  typ: 'ai-receipt+jwt'
}

/** The signed content, by its digest. `contentDigest` draws one. */
export interface ReceiptContent {
  alg: 'sha-256' | 'hmac-sha-256'
  /** 32 bytes in base64url, 43 characters. */
  digest: string
  /** In bytes. Absent for hmac-sha-256, because the length would tell "yes" from "no". */
  length?: number
  /** A media type with its parameters (RFC 9110, section 8.3.1). */
  type: string
  subject: 'text' | 'message' | 'wire' | 'file'
  excerpts?: { unit: 'line'; count: number; root: string }
}

/** How the answer ended, in the signer's words. Times are whole seconds since 1970. */
export interface ReceiptOutcome {
  status: 'complete' | 'partial' | 'failed' | 'started'
  end?: string
  chunks?: number
  startedAt?: number
  endedAt?: number
}

/**
 * The claims of a receipt, decoded (SPEC.md, section 2). Times are whole seconds since 1970.
 *
 * ```claims
 * {"v":1,"iss":"acme","iat":1762178520,"content":{"alg":"sha-256",
 * "digest":"ybpVV-oJ_u-QARYEZXJVoRYhwDa0gujIX-lm8s8g0Lc","length":32,
 * "type":"text/plain; charset=utf-8","subject":"text"}}
 * ```
 */
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
