import { createAnswer } from './answer.ts'
import { readReceipt } from '../receipt/receipt.ts'
import { encodeBase64url } from '../receipt/bytes.ts'
import { createRunningDigest } from '../sign/running-digest.ts'
import { readOpenAIChunk } from './read-openai.ts'
import { wrapIterator, type ProviderStream } from './follow-stream.ts'
import { quietly } from '../quietly.ts'
import type { ReceiptTrailer } from './receipt-trailer.ts'
import { followIterable } from '../stream/follow-source.ts'

/** A trailer, with the comparison with the answer that arrived here. */
export interface ReadTrailer extends ReceiptTrailer {
  /**
   * Whether the receipt's digest is the digest of the answer that arrived here. Null: the digest is
   * keyed, or covers neither text nor message. `matches` does not check the signature;
   * `verifyReceipt` and the portal's report do.
   */
  matches: boolean | null
}

/**
 * For the reader's side: adds the receipt that the service put before `[DONE]` to a stream of the
 * `openai` package. The function returns the same object with the same chunks; the trailer is a
 * chunk without choices. `receipt` resolves when the stream has ended, with null without a trailer.
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

  // The reader saw an unreadable chunk too, and the digest lacks it, so `matches` becomes false.
  const chunk = (value: unknown): void => quietly(() => take(value))
  wrapIterator(stream, (source) => followIterable(source, { chunk, end, abort: end, fail: end }))
  return Object.assign(stream, { receipt })
}

/** The trailer in a chunk; null for any other chunk. */
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
 * The option `metadataExtractor` for `createOpenAICompatible` of the AI SDK: puts the receipt of a
 * service's trailer into `providerMetadata.counterfoil`.
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
