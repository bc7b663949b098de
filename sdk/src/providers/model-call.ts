import type { Answer } from './answer.ts'
import type { Counterfoil } from '../counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { recordAnswer, type AnswerOptions } from './follow-answer.ts'
import { endingOf, type Follower } from '../stream/tap.ts'
import { waitBriefly } from './wait-briefly.ts'

/** The middleware's words for the outcomes `complete`, `partial` and `failed`. */
export type Resolution = 'success' | 'partial' | 'failed'

/** The argument of the middleware's hooks: a call that has ended. */
export interface ModelCall {
  type: 'generate' | 'stream'
  /** The call's options as the model got them: `prompt`, `tools`, `providerOptions`, … */
  params: CallParams
  model: { provider: string; modelId: string }
  /** The resolution without `deriveResolution`. */
  resolution: Resolution
  /** The provider's finish reason, `aborted`, `unfinished` or `error`. */
  finishReason: string | undefined
  /** The error that the model call threw, or that its stream reported. */
  error?: unknown
  /** The result of `doGenerate`; undefined for streams, whose parts are not kept. */
  result?: unknown
}

/** The members of a call's options that are used. */
export interface CallParams {
  prompt: unknown
  abortSignal?: AbortSignal | undefined
  providerOptions?: Record<string, Record<string, unknown>> | undefined
}

/** The entries for `meta`. Other values than text are written as text. */
export type Metadata = Record<string, string | number | boolean | null | undefined>

/** The middleware's hooks. Each is called once, when the call has ended. */
export interface CallHooks {
  deriveJobId?: ((call: ModelCall) => string | undefined) | undefined
  deriveMetadata?: ((call: ModelCall) => Metadata | undefined) | undefined
  deriveResolution?: ((call: ModelCall) => Resolution | undefined) | undefined
}

const STATUSES = { success: 'complete', partial: 'partial', failed: 'failed' } as const
const RESOLUTIONS = {
  complete: 'success',
  partial: 'partial',
  failed: 'failed',
  started: 'partial',
} as const

/** A model call with its answer and follower. */
export interface FollowedCall<T> {
  answer: Answer
  follower: Follower<T>
  /** Keeps the call's error for the hooks. */
  noteError: (error: unknown) => void
  /** Keeps the call's result for the hooks. */
  noteResult: (result: unknown) => void
  /**
   * The value for `providerMetadata.counterfoil`; null without a receipt, or if signing takes long.
   */
  metadata: () => Promise<{ receiptId: string; verifyUrl: string } | null>
}

/** Follows one call of a language model. Throws only if `counterfoil.record` throws. */
export function followCall<T>(
  counterfoil: Counterfoil,
  options: AnswerOptions &
    CallHooks & { receiptWithinMs: number; onHookError: (error: CounterfoilError) => void },
  facts: Pick<ModelCall, 'type' | 'params' | 'model'>,
  read: (chunk: T, answer: Answer) => void,
): FollowedCall<T> {
  const { answer, end } = recordAnswer(counterfoil, options)
  let error: unknown
  let result: unknown

  const follower = counterfoil.follow<T>(options, {
    chunk: (chunk) => read(chunk, answer),
    end(_, cut) {
      const ended = end()
      const { status = 'complete', end: finishReason } =
        cut === null ? ended : endingOf(cut, ended.late.chunks ?? 0)
      const resolution = RESOLUTIONS[status]
      const call: ModelCall = { ...facts, resolution, finishReason, error, result }
      const derived = ask(options.deriveResolution, call) ?? resolution
      const jobId = ask(options.deriveJobId, call) ?? ownJobId(facts.params)
      const isWhole = derived === 'success'
      // A failed or partial attempt must leave the job's one place to a later successful attempt,
      // so it names its job in `meta`.
      const meta = {
        ...options.meta,
        ...readMetadata(ask(options.deriveMetadata, call)),
        ...(jobId !== undefined && !isWhole ? { job: jobId } : {}),
      }
      return {
        ...ended,
        status: STATUSES[derived],
        end: finishReason,
        isDecided: true,
        late: {
          ...ended.late,
          jobId: isWhole ? jobId : undefined,
          meta: Object.keys(meta).length > 0 ? meta : undefined,
          model: options.model ?? ended.late.model ?? facts.model.modelId,
          provider: options.provider ?? facts.model.provider,
        },
      }
    },
  })

  function ask<V>(hook: ((call: ModelCall) => V) | undefined, call: ModelCall): V | undefined {
    try {
      return hook?.(call)
    } catch (thrown) {
      // A failing hook must not cost the receipt.
      options.onHookError(asError('tap_failed', 'A hook of the middleware failed', thrown))
      return undefined
    }
  }

  return {
    answer,
    follower,
    noteError: (value) => (error = value),
    noteResult: (value) => (result = value),
    async metadata() {
      const signed = await waitBriefly(follower.receipt, options.receiptWithinMs)
      return signed === null ? null : present(signed)
    },
  }
}

/** The job id of a single call, from `providerOptions: { counterfoil: { jobId } }`. */
function ownJobId(params: CallParams): string | undefined {
  const jobId = params.providerOptions?.['counterfoil']?.['jobId']
  return typeof jobId === 'string' && jobId !== '' ? jobId : undefined
}

function readMetadata(metadata: Metadata | undefined): Record<string, string> {
  const known = Object.entries(metadata ?? {}).filter(([, value]) => (value ?? null) !== null)
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]))
}

/** The part of a receipt for `providerMetadata.counterfoil`. */
export const present = ({ receiptId, verifyUrl }: SignedReceipt) => ({ receiptId, verifyUrl })
