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

/** What `withReceiptTrailer` takes. */
export interface TrailerOptions extends AnswerOptions {
  /** How long the stream's last line may wait for the signature, in ms: 1,000 by default. */
  receiptWithinMs?: number | undefined
}

/** The member `receipt` of the trailer's chunk. */
export interface ReceiptTrailer {
  receiptId: string
  verifyUrl: string
  /** The compact JWS. */
  receipt: string
}

/** What the trailer takes over from the chunk before it. */
interface ChunkHead {
  id?: unknown
  created?: unknown
  model?: unknown
}

const RECEIPT_WITHIN_MS = 1_000

/**
 * The body of an OpenAI-compatible stream of chat completion chunks with the receipt of the answer in
 * it: all bytes as they are, and before `data: [DONE]` one more chunk,
 *
 *     data: {"id":"…","object":"chat.completion.chunk","created":…,"model":"…","choices":[],
 *            "receipt":{"receiptId":"rec_…","verifyUrl":"…","receipt":"<compact JWS>"}}
 *
 * on one line, with `id`, `created` and `model` of the chunks before it. A chunk without choices is
 * what a usage chunk is too, so that clients pass over it: the `openai` package's loop, the AI SDK
 * and others. A stream that ends without `[DONE]` gets it at its end; one that breaks, or whose
 * receipt isn't there in time, gets none. Never throws. `readReceiptTrailer` and `trailerMetadata`
 * read it.
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

  /** What one piece of the source becomes; empty while it is held back. */
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
        // Reads on until some bytes go on: a held-back piece must not cost the reader a second pull.
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

/** Looks like a chunk of the same completion: clients pass over a chunk without choices. */
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
