import { createAnswer } from './answer.ts'
import { readReceipt } from '../receipt/receipt.ts'
import { encodeBase64url } from '../receipt/bytes.ts'
import { createRunningDigest } from '../sign/running-digest.ts'
import { readOpenAIChunk } from './read-openai.ts'
import type { ProviderStream } from './follow-stream.ts'
import type { ReceiptTrailer } from './receipt-trailer.ts'

/** A trailer as its reader found it, compared with what the reader was given. */
export interface ReadTrailer extends ReceiptTrailer {
  /**
   * Whether the receipt is of exactly what this client was given. Null: it can't be told here,
   * because the digest is keyed or of another form. It says nothing of the signature: the portal's
   * report, or `receipts.get(id)`, does.
   */
  matches: boolean | null
}

/**
 * On the reading side: a stream of the `openai` package with the receipt that its service put before
 * `[DONE]`. The same object, all chunks as they are (the trailer's among them, with no choices).
 * `receipt` is null when the stream is over and there was none.
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

  const holder = stream as ProviderStream & { iterator?: () => AsyncIterator<unknown> }
  const own = (holder.iterator ?? holder[Symbol.asyncIterator]).bind(stream)
  const watched = (): AsyncIterator<unknown> => watch(own(), take, end)
  if (holder.iterator === undefined)
    Object.defineProperty(stream, Symbol.asyncIterator, { value: watched, configurable: true })
  else holder.iterator = watched
  return Object.assign(stream, { receipt })
}

function watch(
  inner: AsyncIterator<unknown>,
  take: (chunk: unknown) => void,
  end: () => void,
): AsyncIterableIterator<unknown> {
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      let result: IteratorResult<unknown>
      try {
        result = await inner.next()
      } catch (error) {
        end()
        throw error
      }
      if (result.done === true) end()
      else attempt(() => take(result.value))
      return result
    },
    async return(value?: unknown) {
      end()
      return (await inner.return?.(value)) ?? { done: true, value }
    },
  }
}

/** A chunk that can't be read is the reader's matter: it has been given to them as it is. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // What was seen then differs from what was signed, and `matches` says so.
  }
}

/** The trailer that a chunk is, if it is one. */
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
