import { encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { contentDigest } from '../receipt/content-digest.ts'
import type { ReceiptClaims } from '../receipt/report.ts'
import type { Ending, ReceiptDetails } from '../details.ts'

const TYPES = {
  text: 'text/plain; charset=utf-8',
  message: 'application/json',
  wire: 'application/octet-stream',
  file: 'application/octet-stream',
}

const END_MAX = 64

/** Composes the claims of a receipt. Times are in seconds since 1970. */
export function composeClaims(
  details: ReceiptDetails,
  ending: Ending,
  facts: {
    issuer: string
    /** base64url; a keyed digest for `guessable` content. */
    digest: string
    length: number
    chunks: number
    startedAt: number
    endedAt: number
    secret: Uint8Array | null
  },
): ReceiptClaims {
  const { digest, length, chunks, startedAt, endedAt } = facts
  const { jobId, model, provider, prompt, meta, subject = 'text' } = details
  const status = ending.status ?? 'complete'
  const type = details.type ?? TYPES[subject]
  const claims: ReceiptClaims = {
    v: 1,
    iss: facts.issuer,
    iat: endedAt,
    content:
      details.guessable === true
        ? { alg: 'hmac-sha-256', digest, type, subject }
        : { alg: 'sha-256', digest, length, type, subject },
    outcome: { status, chunks, startedAt, endedAt },
  }
  // The format counts code points, and a cut surrogate pair would make the receipt malformed.
  if (ending.end) claims.outcome!.end = Array.from(ending.end).slice(0, END_MAX).join('')
  // A `started` receipt leaves the job's one place to the receipt of the job's end.
  if (jobId !== undefined && status !== 'started') claims.jti = jobId
  if (model !== undefined) claims.model = model
  if (provider !== undefined) claims.provider = provider
  if (prompt !== undefined) {
    const bytes = typeof prompt === 'string' ? encodeUtf8(prompt) : prompt
    const keyed = contentDigest('hmac-sha-256', bytes, facts.secret!)!
    claims.prompt = { alg: 'hmac-sha-256', digest: encodeBase64url(keyed) }
  }
  if (meta !== undefined) claims.meta = meta
  return claims
}

/** Whether both claims are equal apart from their times and their number of chunks. */
export function saySame(a: ReceiptClaims, b: ReceiptClaims): boolean {
  const [one, other] = [a, b].map((claims) => ({
    ...claims,
    iat: 0,
    outcome: { ...claims.outcome, chunks: 0, startedAt: 0, endedAt: 0 },
  }))
  return JSON.stringify(one) === JSON.stringify(other)
}
