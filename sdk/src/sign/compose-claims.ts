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

/** What the signing service knows, in the claims' words. Times in seconds. */
export function composeClaims(
  details: ReceiptDetails,
  ending: Ending,
  facts: {
    issuer: string
    /** base64url; keyed where `guessable`. */
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
  // By code points, which is how the format counts: half a character would spoil the receipt.
  if (ending.end) claims.outcome!.end = Array.from(ending.end).slice(0, END_MAX).join('')
  // The receipt for the job's end has to be able to take the job's one place.
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

/** Do both say the same of the same content? When it was said doesn't matter. */
export function saySame(a: ReceiptClaims, b: ReceiptClaims): boolean {
  const [one, other] = [a, b].map((claims) => ({
    ...claims,
    iat: 0,
    outcome: { ...claims.outcome, chunks: 0, startedAt: 0, endedAt: 0 },
  }))
  return JSON.stringify(one) === JSON.stringify(other)
}
