import type { Counterfoil } from '../counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { createDoneScanner } from './done-scanner.ts'
import { followAnswer, type AnswerOptions } from './follow-answer.ts'
import { encodeUtf8 } from '../receipt/bytes.ts'
import { isObject } from '../members.ts'
import { readOpenAIChunk } from './read-openai.ts'
import { createSseReader } from './sse-text.ts'
import { cut } from '../stream/follow-source.ts'
import type { Receipted } from '../stream/tap.ts'
import { waitBriefly } from './wait-briefly.ts'

/** The options of `withReceiptTrailer`. */
export interface TrailerOptions extends AnswerOptions {
  /**
   * The stream's last line waits this long for the signature, in milliseconds: 1,000 by default.
   */
  receiptWithinMs?: number | undefined
}

/** The member `receipt` of the trailer's chunk. */
export interface ReceiptTrailer {
  receiptId: string
  verifyUrl: string
  /** The compact JWS. */
  receipt: string
}

/** The members that the trailer copies from the chunk before it. */
interface ChunkHead {
  id?: unknown
  created?: unknown
  model?: unknown
}

const RECEIPT_WITHIN_MS = 1_000

/**
 * Adds the receipt of the answer to the body of an OpenAI-compatible stream of chat completion
 * chunks. All bytes stay as they are, and one more chunk comes before `data: [DONE]`,
 *
 *     data: {"id":"…","object":"chat.completion.chunk","created":…,"model":"…","choices":[],
 *            "receipt":{"receiptId":"rec_…","verifyUrl":"…","receipt":"<compact JWS>"}}
 *
 * on one line, with `id`, `created` and `model` of the chunks before it. Clients such as the
 * `openai` package's loop and the AI SDK skip the trailer, because a usage chunk has no choices
 * either. A stream that ends without `[DONE]` gets the trailer at its end. A stream that breaks, or
 * whose receipt is late, gets no trailer. Never throws. `readReceiptTrailer` and `trailerMetadata`
 * read the trailer.
 *
 * @example
 * const upstream = await fetch(`${provider}/v1/chat/completions`, { method: 'POST', headers, body })
 * return new Response(withReceiptTrailer(counterfoil, upstream.body), {
 *   headers: { 'content-type': 'text/event-stream' },
 * })
 */
export function withReceiptTrailer(
  counterfoil: Counterfoil,
  body: ReadableStream<Uint8Array>,
  options: TrailerOptions = {},
): ReadableStream<Uint8Array> & Receipted {
  const { receiptWithinMs = RECEIPT_WITHIN_MS } = options
  const source = body.getReader()
  const scanner = createDoneScanner()
  let last: ChunkHead = {}
  let isPast = false

  const { answer, follower } = followAnswer<Uint8Array>(counterfoil, options, (bytes) =>
    events.chunk(bytes),
  )
  const events = createSseReader(({ data }, into) => {
    const value = data.trim() === '[DONE]' ? null : (JSON.parse(data) as unknown)
    if (isObject(value) && 'choices' in value) last = value
    readOpenAIChunk(value, into)
  }, answer)

  async function composeTrailer(): Promise<Uint8Array> {
    isPast = true
    follower.end()
    const signed = await waitBriefly(follower.receipt, receiptWithinMs)
    if (signed === null) return new Uint8Array()
    const gap = scanner.isBetweenEvents() ? '' : '\n\n'
    return encodeUtf8(`${gap}data: ${JSON.stringify(trailerChunk(signed, last))}\n\n`)
  }

  /** The bytes to send for one piece of the source; empty while the piece is held back. */
  async function* passOn(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    const { before, done } = isPast ? { before: bytes, done: null } : scanner.push(bytes)
    follower.chunk(before)
    yield before
    if (done === null) return
    yield await composeTrailer()
    yield done
  }

  async function* finish(): AsyncGenerator<Uint8Array> {
    if (isPast) return
    const rest = scanner.rest()
    follower.chunk(rest)
    yield rest
    yield await composeTrailer()
  }

  const followed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Reads on until some bytes are sent, so that a held-back piece costs the reader no second
        // pull.
        for (let isSent = false; !isSent;) {
          let result: ReadableStreamReadResult<Uint8Array>
          try {
            result = await source.read()
          } catch (error) {
            cut(follower, error)
            controller.error(error)
            return
          }
          for await (const bytes of result.done ? finish() : passOn(result.value)) {
            if (bytes.length === 0) continue
            controller.enqueue(bytes)
            isSent = true
          }
          if (result.done) controller.close()
          isSent ||= result.done
        }
      },
      cancel(reason) {
        if (answer.isFinished()) follower.end()
        else follower.abort()
        return source.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(followed, { receipt: follower.receipt })
}

/** A chunk of the same completion without choices, which clients skip. */
function trailerChunk(signed: SignedReceipt, last: ChunkHead): object {
  const { receiptId, verifyUrl, receipt } = signed
  return {
    id: last.id ?? receiptId,
    object: 'chat.completion.chunk',
    created: last.created ?? 0,
    model: last.model ?? '',
    choices: [],
    receipt: { receiptId, verifyUrl, receipt } satisfies ReceiptTrailer,
  }
}
