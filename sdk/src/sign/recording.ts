import { decodeUtf8, encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { readReceipt } from '../receipt/receipt.ts'
import type { ReceiptClaims } from '../receipt/report.ts'
import { composeClaims, saySame } from './compose-claims.ts'
import { composeReceipt } from './compose-receipt.ts'
import type { Delivery, OutboxItem } from '../outbox/delivery.ts'
import { defined } from './defined.ts'
import type { Ending, LateDetails, ReceiptDetails, Recording, SignedReceipt } from '../details.ts'
import { CounterfoilError } from '../errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { BatchItem } from '../portal/portal.ts'
import { createKeeper, createRunningDigest } from './running-digest.ts'
import type { Signer } from './signing-key.ts'

export interface RecordingContext {
  issuer: string
  signer: Signer
  outbox: Outbox
  portalUrl: string
  now(): number
  randomBytes(length: number): Uint8Array
}

/** Longer content in base64 would not fit into a request. */
const CONTENT_BYTES_MAX = 2_500_000

/**
 * Starts the recording of one answer. Its digest runs along; the claims are composed at `finish`.
 */
export function startRecording(ctx: RecordingContext, details: ReceiptDetails): Recording {
  const startedAt = seconds(ctx.now())
  const isSecret = details.guessable === true || details.prompt !== undefined
  const secret = isSecret ? ctx.randomBytes(32) : null
  const visibility = details.visibility ?? 'private'
  const keeper = visibility === 'public' ? createKeeper(CONTENT_BYTES_MAX) : null
  const digest = createRunningDigest({
    secret: details.guessable === true ? secret! : undefined,
    keep: keeper?.keep,
  })
  let chunks = 0
  let finished: Promise<SignedReceipt> | null = null

  async function sign(ending: Ending, late: LateDetails): Promise<SignedReceipt> {
    const claims = composeClaims({ ...details, ...defined(late) }, ending, {
      issuer: ctx.issuer,
      digest: encodeBase64url(digest.end()),
      length: digest.length(),
      chunks: late.chunks ?? chunks,
      startedAt,
      endedAt: seconds(ctx.now()),
      secret,
    })
    const jobId = claims.jti ?? null
    const waiting = jobId === null ? null : await ctx.outbox.findJob(jobId)
    const entry =
      waiting !== null && isSameJob(waiting, claims) ? waiting : await compose(claims, jobId)
    const { delivery } = await ctx.outbox.add(entry)
    return present(entry, delivery)
  }

  async function compose(claims: ReceiptClaims, jobId: string | null): Promise<OutboxItem> {
    const { receipt, receiptId } = await composeReceipt(ctx.signer, claims)
    return { receiptId, jobId, item: composeItem(receipt) }
  }

  function composeItem(receipt: string): BatchItem {
    const bytes = keeper?.bytes() ?? null
    // The portal refuses content that it can't check, and a public receipt without content.
    const content = details.guessable === true ? null : bytes
    if (keeper !== null && bytes === null)
      ctx.outbox.report(
        new CounterfoilError(
          'content_not_sent',
          `The content is larger than ${CONTENT_BYTES_MAX} bytes: its receipt is sent without it.`,
        ),
      )
    return {
      receipt,
      visibility: visibility === 'public' && content === null ? 'private' : visibility,
      ...(content === null ? {} : { content: toContent(content) }),
      ...(details.reservation === undefined ? {} : { reservation: details.reservation }),
    }
  }

  function present(entry: OutboxItem, delivery: Promise<Delivery>): SignedReceipt {
    const { receiptId } = entry
    const { receipt } = entry.item
    const key = secret === null ? null : encodeBase64url(secret)
    const fragment = details.guessable === true ? `#k=${key!}` : ''
    const verifyUrl = `${ctx.portalUrl}/r/${receiptId}${fragment}`
    return { receiptId, verifyUrl, receipt, secret: key, delivery }
  }

  return {
    write(piece) {
      if (finished !== null)
        throw new CounterfoilError('closed', 'The recording was finished: nothing can be added.')
      // Without this check, a program without types would sign "undefined" or nothing.
      if (typeof piece !== 'string' && !(piece instanceof Uint8Array))
        throw new CounterfoilError('invalid_option', 'What is signed must be text or a Uint8Array.')
      chunks++
      digest.write(piece)
    },
    get chunks() {
      return chunks
    },
    finish: (ending = {}, late = {}) => (finished ??= sign(ending, late)),
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/**
 * Whether this is a retry of a job whose receipt still waits: the portal would not store a second
 * receipt of the job, and its link would lead nowhere. Receipts with a secret always differ.
 */
function isSameJob(waiting: OutboxItem, claims: ReceiptClaims): boolean {
  const reading = readReceipt(waiting.item.receipt)
  return reading.ok && saySame(reading.receipt.claims, claims)
}

/** Text if that is shorter than base64: control characters take six bytes in JSON. */
function toContent(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = decodeUtf8(bytes)
  const base64Length = Math.ceil(bytes.length / 3) * 4
  if (text !== null && encodeUtf8(JSON.stringify(text)).length <= base64Length + 64) return { text }
  const base64 = encodeBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return { base64: base64.padEnd(base64Length, '=') }
}
