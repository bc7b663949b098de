import { readReceipt, type ParsedReceipt } from '#receipt/receipt.ts'
import { receiptIdOf } from '#receipt/id.ts'
import { decodeBase64url } from '#receipt/bytes.ts'
import { contentIsExact } from '#receipt/content.ts'
import type { IngestItem, UsageRow } from '#db/queries/ingest/ingest.ts'
import { selectContentsKept } from '#db/queries/ingest/kept-contents.ts'
import type { Ctx } from '#app/context.ts'
import { MINUTE_MS } from '#app/values/duration.ts'
import type { ApiKeyHolder } from '../api-keys/api-key.ts'

/** The signer's clock may be this far ahead of ours. */
const CLOCK_AHEAD_MS_MAX = 10 * MINUTE_MS

export interface Submission {
  receipt: string
  content: Uint8Array | null
  visibility: 'private' | 'public' | 'findable'
  reservation: string | null
}

export type IngestRefusal =
  | 'invalid_api_key'
  | 'malformed_receipt'
  | 'issuer_mismatch'
  | 'unknown_signing_key'
  | 'signing_key_retired'
  | 'signing_key_revoked'
  | 'invalid_signature'
  | 'issued_in_future'
  | 'content_mismatch'
  | 'content_not_checkable'
  | 'job_conflict'
  | 'mode_conflict'
  | 'id_collision'
  | 'cap_exceeded'

/** The fate of the content: kept now, compared and not kept, or neither. */
export type ContentFate = 'stored' | 'checked' | 'none'

/** The outcome of one submission. `usage` is the API key's just after it, if the database was asked. */
export type Ingested =
  | { kind: 'stored' | 'repeat'; receiptId: string; content: ContentFate; usage: UsageRow }
  | {
      kind: 'refused'
      code: IngestRefusal
      /** The reason, if the code alone doesn't say it. */
      detail?: string
      pointer?: string
      /** `job_conflict`: the receipt that has the job. */
      otherId?: string
      usage?: UsageRow
    }

/**
 * Takes receipts in, in order; each is stored or refused by itself. A stored receipt is committed
 * before this function resolves. Checks without the database come first. A receipt that fails a check
 * which no stored receipt can fail is refused at once. The group commit decides about the others,
 * because it knows whether the receipt is stored already.
 */
export async function ingestReceipts(
  ctx: Ctx,
  key: ApiKeyHolder,
  submissions: Submission[],
): Promise<Ingested[]> {
  const prepared = await Promise.all(submissions.map((one) => prepare(ctx, key, one)))
  // All are handed over together and in order: the cap is filled in this order.
  const outcomes = await Promise.all(
    prepared.map((one, i) =>
      'kind' in one ? Promise.resolve(one) : store(ctx, one, submissions[i]!.content !== null),
    ),
  )
  await noteKept(ctx, prepared, outcomes)
  return outcomes
}

/** A repeat changes nothing, so only the database knows whether the content is kept. */
async function noteKept(
  ctx: Ctx,
  prepared: (IngestItem | Ingested)[],
  outcomes: Ingested[],
): Promise<void> {
  const ids: Uint8Array[] = []
  const repeats: (Ingested & { kind: 'stored' | 'repeat' })[] = []
  for (const [i, one] of prepared.entries()) {
    const outcome = outcomes[i]!
    if ('kind' in one || outcome.kind !== 'repeat') continue
    ids.push(one.id)
    repeats.push(outcome)
  }
  if (ids.length === 0) return
  const kept = await selectContentsKept(ctx.db.quick, ids)
  for (const [i, outcome] of repeats.entries()) if (kept[i]) outcome.content = 'stored'
}

async function prepare(
  ctx: Ctx,
  key: ApiKeyHolder,
  submission: Submission,
): Promise<IngestItem | Ingested> {
  const reading = readReceipt(submission.receipt, ctx.engine.sha256)
  if (!reading.ok) {
    return {
      kind: 'refused',
      code: 'malformed_receipt',
      detail: reading.message,
      pointer: reading.pointer,
    }
  }
  const { receipt } = reading
  const { claims, header } = receipt
  if (claims.iss !== key.issuer) {
    return {
      kind: 'refused',
      code: 'issuer_mismatch',
      detail: `The receipt says issuer “${claims.iss}”; this API key posts for “${key.issuer}”.`,
    }
  }
  // Keys are never deleted and stored receipts have good signatures: a receipt that fails one of
  // these two checks can't be a repeat of a stored one.
  const publicKey = await findPublicKey(ctx, claims.iss, header.kid)
  if (publicKey === null) return { kind: 'refused', code: 'unknown_signing_key' }
  if (!(await ctx.engine.verify(publicKey, receipt.signingInput, receipt.signature))) {
    ctx.failures.notePost(claims.iss, header.kid)
    return { kind: 'refused', code: 'invalid_signature' }
  }
  return {
    apiKey: key.id,
    secretHash: key.givenHash,
    id: receipt.digest.subarray(0, 20),
    digest: receipt.digest,
    issuer: claims.iss,
    kid: header.kid,
    jws: receipt.jws,
    visibility: submission.visibility,
    contentDigest: decodeBase64url(claims.content.digest)!,
    jti: claims.jti ?? null,
    content: submission.visibility === 'public' ? submission.content : null,
    reservation: submission.reservation,
    refusal: await refuseIfNew(ctx, receipt, submission.content),
  }
}

/** Reasons to refuse a new receipt; a repeat of a stored one is accepted all the same. */
async function refuseIfNew(
  ctx: Ctx,
  receipt: ParsedReceipt,
  content: Uint8Array | null,
): Promise<IngestRefusal | null> {
  if (receipt.claims.iat * 1000 > ctx.now() + CLOCK_AHEAD_MS_MAX) return 'issued_in_future'
  if (content === null) return null
  const hash = await ctx.engine.hashAhead(content)
  const exact = contentIsExact(receipt.claims.content, content, undefined, hash)
  if (exact === null) return 'content_not_checkable'
  return exact ? null : 'content_mismatch'
}

async function store(ctx: Ctx, item: IngestItem, withContent: boolean): Promise<Ingested> {
  const { answer, other, usage } = await ctx.db.groups.ingest.call(item)
  if (answer === 'stored' || answer === 'repeat') {
    const isKept = answer === 'stored' && item.content !== null
    // A repeat is accepted even where its content is not the signed one.
    const isChecked = withContent && item.refusal === null
    const content = isKept ? 'stored' : isChecked ? 'checked' : 'none'
    return { kind: answer, receiptId: receiptIdOf(item.digest), content, usage }
  }
  if (answer === 'invalid_api_key') ctx.caches.apiKeys.delete(item.apiKey)
  return {
    kind: 'refused',
    code: answer as IngestRefusal,
    usage,
    ...(other === null ? {} : { otherId: receiptIdOf(other) }),
  }
}

/** The published key's bytes. The statement that stores the receipt checks the key's state. */
async function findPublicKey(ctx: Ctx, issuer: string, kid: string): Promise<Uint8Array | null> {
  const cached = ctx.caches.publicKeys.get(kid)
  if (cached !== undefined) return cached.issuer === issuer ? cached.publicKey : null
  const row = await ctx.db.groups.signingKey.call(kid)
  if (row === null) return null
  ctx.caches.publicKeys.set(kid, row)
  return row.issuer === issuer ? row.publicKey : null
}
