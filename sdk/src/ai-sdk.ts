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

/** The options of `counterfoilMiddleware`, beside its Counterfoil. */
export interface MiddlewareOptions
  extends CallHooks, Omit<AnswerOptions, 'jobId' | 'prompt' | 'reservation'> {
  /**
   * A finished call waits this long for its signature, in milliseconds: 1,000 by default. A signing
   * key in this process needs about one millisecond. After that the call goes on without
   * `providerMetadata`; the receipt is signed and sent all the same.
   */
  receiptWithinMs?: number | undefined
  /** Is called with each signed receipt. */
  onReceiptSigned?: ((signed: SignedReceipt) => void) | undefined
  /** Is called with each failure of this middleware. The model call goes on undisturbed. */
  onError?: ((error: CounterfoilError) => void) | undefined
}

/** Either a Counterfoil, or the options to make one. */
export type CounterfoilSource =
  | { counterfoil: Counterfoil }
  | (CounterfoilOptions & {
      /** Another name for the option `fetch`. */
      fetchImpl?: typeof fetch | undefined
    })

/** The middleware that `wrapLanguageModel` of AI SDK 5, 6 and 7 takes. */
export interface CounterfoilMiddleware {
  /** The types of each AI SDK version require another word here; no version reads the word. */
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
  /** The Counterfoil in use, for `flush`, `close` and `on`. */
  counterfoil: Counterfoil
}

const RECEIPT_WITHIN_MS = 1_000

/**
 * Middleware for `wrapLanguageModel` of the AI SDK (5, 6 and 7): each call of a model gets a
 * receipt. The receipt of a stream is signed when the stream has ended, and covers the delivered
 * parts. A failed call gets a receipt with outcome `failed`, and its error is thrown on unchanged.
 * The receipt's id and link, `{ receiptId, verifyUrl }`, are in `providerMetadata.counterfoil` of
 * the result, or of the stream's `finish` part. A failure of the middleware never disturbs the
 * call: `onError` is called.
 *
 * **Jobs and retries.** The middleware invents no job id, because a retry could not know it.
 * Without a job id sending is still idempotent, because a receipt's id is its digest, and each new
 * attempt is another answer with its own receipt. With a job id (from `deriveJobId`, or for a
 * single call from `providerOptions: { counterfoil: { jobId } }`) the portal stores at most one
 * receipt for the job. The job id is the claim `jti` of the successful answer; failed and partial
 * attempts name the job in `meta.job` instead, so that they leave the job's one place to a later
 * retry.
 *
 * **Hooks** are called once, when the call has ended, with `{ type, params, model, resolution,
 * finishReason, error, result }`. `deriveResolution` returns `success`, `partial` or `failed`,
 * which become the outcome `complete`, `partial` or `failed`. The result of a hook that throws is
 * left out.
 *
 * If the middleware makes its own Counterfoil, this function throws `invalid_option` or
 * `invalid_signing_key`; a call never throws them.
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
    // The middleware's own Counterfoil already calls `onError`.
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

  /** Null: this call goes on without the middleware. */
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

/** Throws the model call's error on at once; its receipt is signed in parallel. */
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
