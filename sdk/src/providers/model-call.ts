import type { Answer } from './answer.ts'
import type { Counterfoil } from '../counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { recordAnswer, type AnswerOptions } from './follow-answer.ts'
import { endingOf, type Follower } from '../stream/tap.ts'
import { waitBriefly } from './wait-briefly.ts'

/** How a call ended, in the middleware’s words: the outcomes `complete`, `partial` and `failed`. */
export type Resolution = 'success' | 'partial' | 'failed'

/** What the middleware's hooks are told of a call that has ended. */
export interface ModelCall {
  type: 'generate' | 'stream'
  /** The call's options as the model got them: `prompt`, `tools`, `providerOptions`, … */
  params: CallParams
  model: { provider: string; modelId: string }
  /** What the middleware would say. */
  resolution: Resolution
  /** The provider's finish reason, `aborted`, `unfinished` or `error`. */
  finishReason: string | undefined
  /** What the model call threw, or told in its stream. */
  error?: unknown
  /** What `doGenerate` gave; for streams nothing is kept. */
  result?: unknown
}

export interface CallParams {
  prompt: unknown
  abortSignal?: AbortSignal | undefined
  providerOptions?: Record<string, Record<string, unknown>> | undefined
}

/** Meta is text; what isn't is written as text. */
export type Metadata = Record<string, string | number | boolean | null | undefined>

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

export interface FollowedCall<T> {
  answer: Answer
  follower: Follower<T>
  /** For the hooks. */
  noteError: (error: unknown) => void
  noteResult: (result: unknown) => void
  /** What goes into `providerMetadata.counterfoil`, as soon as it is signed; null: nothing is. */
  metadata: () => Promise<{ receiptId: string; verifyUrl: string } | null>
}

/** Follows one call of a language model. Throws nothing but what `counterfoil.follow` throws. */
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
      // An attempt that failed or was cut must not take the job's one place from the one that
      // succeeds after it: it names its job where nothing depends on it.
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
      // The receipt is worth more than what a hook would have added to it.
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

/** `providerOptions: { counterfoil: { jobId } }`: the job of one call, where the call is made. */
function ownJobId(params: CallParams): string | undefined {
  const jobId = params.providerOptions?.['counterfoil']?.['jobId']
  return typeof jobId === 'string' && jobId !== '' ? jobId : undefined
}

function readMetadata(metadata: Metadata | undefined): Record<string, string> {
  const known = Object.entries(metadata ?? {}).filter(([, value]) => (value ?? null) !== null)
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]))
}

export const present = ({ receiptId, verifyUrl }: SignedReceipt) => ({ receiptId, verifyUrl })
