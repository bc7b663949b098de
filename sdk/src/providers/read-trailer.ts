import { createAnswer } from './answer.ts'
import { readReceipt } from '../receipt/receipt.ts'
import { encodeBase64url } from '../receipt/bytes.ts'
import { createRunningDigest } from '../sign/running-digest.ts'
import { readOpenAIChunk } from './read-openai.ts'
import { wrapIterator, type ProviderStream } from './follow-stream.ts'
import { quietly } from '../quietly.ts'
import type { ReceiptTrailer } from './receipt-trailer.ts'
import { followIterable } from '../stream/follow-source.ts'

/** A trailer, compared with the answer that this client was given. */
export interface ReadTrailer extends ReceiptTrailer {
  /**
   * Whether the receipt's digest is that of the answer that this client was given. Null: the digest
   * is keyed, or of another form. `matches` says nothing of the signature: `receipts.get(id)` and the
   * portal's report do.
   */
  matches: boolean | null
}

/**
 * For the reader's side: a stream of the `openai` package with the receipt that its service put before
 * `[DONE]`. The same object with the same chunks; the trailer is a chunk with no choices. `receipt`
 * resolves when the stream has ended; null: the stream had no trailer.
 *
 * @example
 * const stream = readReceiptTrailer(await openai.chat.completions.create({ model, messages, stream: true }))
 * for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')
 * const { receiptId, verifyUrl, matches } = await stream.receipt
 */
export function readReceiptTrailer<S extends ProviderStream>(
  stream: S,
): S & { receipt: Promise<ReadTrailer | null> } {
  const text = createRunningDigest()
  const message = createRunningDigest()
  const answer = createAnswer({ text, message })
  let trailer: ReceiptTrailer | null = null
  let settle: (trailer: ReadTrailer | null) => void = () => undefined
  const receipt = new Promise<ReadTrailer | null>((resolve) => (settle = resolve))

  function take(chunk: unknown): void {
    const found = findTrailer(chunk)
    if (found === null) readOpenAIChunk(chunk, answer)
    else trailer = found
  }

  let isOver = false
  function end(): void {
    if (isOver) return
    isOver = true
    answer.end()
    settle(trailer === null ? null : { ...trailer, matches: compare(trailer, { text, message }) })
  }

  // A chunk that can't be read was shown to the reader as it is: `matches` then says that it differs.
  const chunk = (value: unknown): void => quietly(() => take(value))
  wrapIterator(stream, (source) => followIterable(source, { chunk, end, abort: end, fail: end }))
  return Object.assign(stream, { receipt })
}

/** Null: the chunk is no trailer. */
export function findTrailer(chunk: unknown): ReceiptTrailer | null {
  if (typeof chunk !== 'object' || chunk === null || !('receipt' in chunk)) return null
  const found = chunk.receipt as Partial<ReceiptTrailer> | null
  if (typeof found?.receiptId !== 'string' || typeof found.receipt !== 'string') return null
  return { receiptId: found.receiptId, verifyUrl: found.verifyUrl ?? '', receipt: found.receipt }
}

type Digests = Record<'text' | 'message', ReturnType<typeof createRunningDigest>>

function compare(trailer: ReceiptTrailer, digests: Digests): boolean | null {
  const reading = readReceipt(trailer.receipt)
  if (!reading.ok || reading.receipt.receiptId !== trailer.receiptId) return false
  const { alg, digest, subject } = reading.receipt.claims.content
  if (alg !== 'sha-256' || (subject !== 'text' && subject !== 'message')) return null
  return encodeBase64url(digests[subject].end()) === digest
}

/**
 * For `createOpenAICompatible` of the AI SDK (its option `metadataExtractor`): the receipt that a
 * service put into its stream, in `providerMetadata.counterfoil`.
 *
 * @example
 * const acme = createOpenAICompatible({ name: 'acme', baseURL, metadataExtractor: trailerMetadata })
 * const result = streamText({ model: acme('acme-1'), prompt })
 * const { receiptId, verifyUrl } = (await result.providerMetadata).counterfoil
 */
export const trailerMetadata = {
  extractMetadata: ({ parsedBody }: { parsedBody: unknown }) =>
    Promise.resolve(present(findTrailer(parsedBody))),
  createStreamExtractor() {
    let found: ReceiptTrailer | null = null
    return {
      processChunk(chunk: unknown): void {
        found = findTrailer(chunk) ?? found
      },
      buildMetadata: () => present(found),
    }
  },
}

const present = (trailer: ReceiptTrailer | null) =>
  trailer === null
    ? undefined
    : { counterfoil: { receiptId: trailer.receiptId, verifyUrl: trailer.verifyUrl } }
