import { decodeUtf8, encodeBase64url } from './receipt/bytes.ts'
import { composeClaims } from './compose-claims.ts'
import { composeReceipt } from './compose-receipt.ts'
import type { Delivery } from './delivery.ts'
import type { Ending, ReceiptDetails, Recording, SignedReceipt } from './details.ts'
import { CounterfoilError } from './errors.ts'
import type { Outbox } from './outbox.ts'
import type { BatchItem } from './portal.ts'
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

/** More than this can't be in a batch together with its receipt. */
const CONTENT_BYTES_MAX = 2_500_000

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

  async function sign(ending: Ending): Promise<SignedReceipt> {
    const value = encodeBase64url(digest.end())
    const waiting = details.jobId === undefined ? null : ctx.outbox.findJob(details.jobId)
    // Signed again by a retry of the same job, with the same content: it is the same receipt.
    if (waiting?.contentDigest === value && secret === null) {
      const { item, receiptId } = waiting
      const { delivery } = await ctx.outbox.add(waiting)
      return present(item.receipt, receiptId, delivery)
    }
    const claims = composeClaims(details, ending, {
      issuer: ctx.issuer,
      digest: value,
      length: digest.length(),
      chunks,
      startedAt,
      endedAt: seconds(ctx.now()),
      secret,
    })
    const { receipt, receiptId } = await composeReceipt(ctx.signer, claims)
    const { delivery } = await ctx.outbox.add({
      receiptId,
      jobId: details.jobId ?? null,
      contentDigest: value,
      item: composeItem(receipt),
    })
    return present(receipt, receiptId, delivery)
  }

  function composeItem(receipt: string): BatchItem {
    const bytes = keeper?.bytes() ?? null
    // The portal can't check content against a keyed digest, and takes none.
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
      visibility,
      ...(content === null ? {} : { content: toContent(content) }),
      ...(details.reservation === undefined ? {} : { reservation: details.reservation }),
    }
  }

  function present(receipt: string, receiptId: string, delivery: Promise<Delivery>): SignedReceipt {
    const key = secret === null ? null : encodeBase64url(secret)
    const fragment = details.guessable === true ? `#k=${key!}` : ''
    const verifyUrl = `${ctx.portalUrl}/r/${receiptId}${fragment}`
    return { receiptId, verifyUrl, receipt, secret: key, delivery }
  }

  return {
    write(piece) {
      chunks++
      digest.write(piece)
    },
    get chunks() {
      return chunks
    },
    finish: (ending = {}) => (finished ??= sign(ending)),
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

function toContent(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = decodeUtf8(bytes)
  if (text !== null) return { text }
  const base64 = encodeBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return { base64: base64.padEnd(Math.ceil(base64.length / 4) * 4, '=') }
}
