import type { Counterfoil, CounterfoilOptions } from './counterfoil.ts'
import { createCounterfoil } from './sign/create-counterfoil.ts'
import type { SignedReceipt } from './details.ts'
import { asError, CounterfoilError } from './errors.ts'
import { tell, type AnswerOptions } from './providers/follow-answer.ts'
import { followParts } from './providers/follow-parts.ts'
import {
  followCall,
  type CallHooks,
  type CallParams,
  type FollowedCall,
  type ModelCall,
} from './providers/model-call.ts'
import { readFinishReason, readModelPart, type ModelPart } from './providers/read-ai-sdk.ts'
import { cut } from './stream/follow-source.ts'

/** What `counterfoilMiddleware` takes beside its Counterfoil. */
export interface MiddlewareOptions
  extends CallHooks, Omit<AnswerOptions, 'jobId' | 'prompt' | 'reservation'> {
  /**
   * How long a finished call may be held for its signature, in milliseconds: 1,000 by default. A key
   * in this process takes about one. After that the call goes on without `providerMetadata`; the
   * receipt is signed and sent all the same.
   */
  receiptWithinMs?: number | undefined
  /** Each receipt as it was signed, with the call that it is for. */
  onReceiptSigned?: ((signed: SignedReceipt) => void) | undefined
  /** Everything that goes wrong beside a call; the call never hears of it. */
  onError?: ((error: CounterfoilError) => void) | undefined
}

/** Either a Counterfoil that there is already, or what it takes to make one. */
export type CounterfoilSource =
  | { counterfoil: Counterfoil }
  | (CounterfoilOptions & {
      /** The same as `fetch`. */
      fetchImpl?: typeof fetch | undefined
    })

/** Fits `wrapLanguageModel` of AI SDK 5, 6 and 7. */
export interface CounterfoilMiddleware {
  /** Each version of the AI SDK asks for a word of its own, and none reads it. */
  readonly specificationVersion: never
  wrapGenerate: <R extends object>(call: {
    doGenerate: () => PromiseLike<R>
    params: CallParams
    model: { provider: string; modelId: string }
  }) => Promise<R>
  wrapStream: <R extends { stream: ReadableStream }>(call: {
    doStream: () => PromiseLike<R>
    params: CallParams
    model: { provider: string; modelId: string }
  }) => Promise<R>
  /** The one in use, for `flush`, `close` and `on`. */
  counterfoil: Counterfoil
}

const RECEIPT_WITHIN_MS = 1_000

/**
 * Middleware for `wrapLanguageModel` of the AI SDK (5, 6 and 7): a receipt for every call of a model.
 * A stream's is signed when the stream has ended, of what was delivered; a failed call gets a receipt
 * with outcome `failed`, and its error is thrown on as it was. The receipt's id and link are in
 * `providerMetadata.counterfoil` of the result, or of the stream's `finish` part: `{ receiptId,
 * verifyUrl }`. The call itself is never disturbed, whatever part of this fails: `onError` hears.
 *
 * **Jobs and retries.** No job id is made up: an invented one is exactly what a retry doesn't know.
 * Without one, sending is still idempotent, because a receipt's id is its digest, and an attempt that
 * is made again is another answer with a receipt of its own. With one, from `deriveJobId` or for a
 * single call from `providerOptions: { counterfoil: { jobId } }`, at most one receipt is ever stored
 * for the job. It is the claim `jti` of the answer that succeeds; attempts that failed or were cut
 * name the job in `meta.job` instead, so that none of them takes the place of the retry after it.
 *
 * **Hooks** are called once, when the call has ended, with `{ type, params, model, resolution,
 * finishReason, error, result }`. `deriveResolution` says `success`, `partial` or `failed`, which
 * become the outcome `complete`, `partial` or `failed`. A hook that throws is left out.
 *
 * Throws `invalid_option` or `invalid_signing_key` where it makes its own Counterfoil, now and never
 * in a call.
 *
 * @example
 * const model = wrapLanguageModel({
 *   model: openai('gpt-5'),
 *   middleware: counterfoilMiddleware({ counterfoil, deriveMetadata: ({ type }) => ({ type }) }),
 * })
 * const result = streamText({ model, prompt })
 * for await (const text of result.textStream) process.stdout.write(text)
 * const { receiptId, verifyUrl } = (await result.providerMetadata).counterfoil
 */
export function counterfoilMiddleware(
  options: CounterfoilSource & MiddlewareOptions,
): CounterfoilMiddleware {
  const counterfoil = 'counterfoil' in options ? options.counterfoil : createOwn(options)
  const followOptions = {
    ...options,
    receiptWithinMs: options.receiptWithinMs ?? RECEIPT_WITHIN_MS,
    // Its own Counterfoil tells `onError` what goes wrong by itself.
    onError: 'counterfoil' in options ? options.onError : undefined,
    onHookError: (error: CounterfoilError) => tell(options, error),
  }

  function follow(facts: Pick<ModelCall, 'type' | 'params' | 'model'>): FollowedCall<ModelPart> {
    const followed = followCall<ModelPart>(counterfoil, followOptions, facts, readModelPart)
    void followed.follower.receipt.then((signed) => (signed === null ? null : watch(signed)))
    return followed
  }

  async function watch(signed: SignedReceipt): Promise<void> {
    try {
      options.onReceiptSigned?.(signed)
    } catch (thrown) {
      tell(options, asError('tap_failed', 'onReceiptSigned failed', thrown))
    }
    const delivery = await signed.delivery
    if (delivery.state !== 'refused') return
    const { problem } = delivery
    const why = `The portal refused a receipt (${problem.status} ${problem.code})`
    tell(options, new CounterfoilError('portal_refused', why, { problem }))
  }

  /** Null: this call goes on as if there were no middleware. */
  function tryFollow(facts: Pick<ModelCall, 'type' | 'params' | 'model'>) {
    try {
      return follow(facts)
    } catch (thrown) {
      tell(options, asError('tap_failed', 'A call can’t be followed', thrown))
      return null
    }
  }

  return {
    specificationVersion: 'v3' as never,
    counterfoil,
    async wrapGenerate({ doGenerate, params, model }) {
      const followed = tryFollow({ type: 'generate', params, model })
      if (followed === null) return doGenerate()
      const result = await attempt(doGenerate, followed)
      readResult(result, followed)
      const metadata = await followed.metadata()
      return metadata === null ? result : withMetadata(result, metadata)
    },
    async wrapStream({ doStream, params, model }) {
      const followed = tryFollow({ type: 'stream', params, model })
      if (followed === null) return doStream()
      const result = await attempt(doStream, followed)
      return { ...result, stream: followParts(result.stream, followed) }
    },
  }
}

function createOwn(options: CounterfoilOptions & { fetchImpl?: typeof fetch | undefined }) {
  return createCounterfoil({ ...options, fetch: options.fetchImpl ?? options.fetch })
}

/** What the model call throws is thrown on at once; its receipt is signed beside. */
async function attempt<R>(
  call: () => PromiseLike<R>,
  { follower, noteError }: FollowedCall<ModelPart>,
): Promise<R> {
  try {
    return await call()
  } catch (error) {
    noteError(error)
    cut(follower, error)
    throw error
  }
}

interface GenerateResult {
  content?: ModelPart[]
  finishReason?: unknown
  response?: { modelId?: string }
}

function readResult(result: object, { answer, follower, noteResult }: FollowedCall<ModelPart>) {
  const { content, finishReason, response } = result as GenerateResult
  noteResult(result)
  if (typeof response?.modelId === 'string') answer.model(response.modelId)
  for (const part of Array.isArray(content) ? content : []) follower.chunk(part)
  answer.finish(readFinishReason(finishReason))
  follower.end()
}

const withMetadata = <R extends { providerMetadata?: object | undefined }>(
  result: R,
  counterfoil: { receiptId: string; verifyUrl: string },
): R => ({ ...result, providerMetadata: { ...result.providerMetadata, counterfoil } })

export { trailerMetadata } from './providers/read-trailer.ts'
export { composeMessage } from './providers/message.ts'
export type { AnswerMessage, ToolCall } from './providers/message.ts'
export type { ModelCall, Metadata, Resolution } from './providers/model-call.ts'
