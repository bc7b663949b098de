import { createAnswer, type Answer } from './answer.ts'
import type { Counterfoil } from '../counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { quietly } from '../quietly.ts'
import { followNothing, type Follower, type TapOptions } from '../stream/tap.ts'

/** The options of the providers' taps: those of `tap`, and two about the signed form. */
export interface AnswerOptions extends TapOptions {
  /**
   * The signed form: `text` (the text alone) or `message` (the JSON of `composeMessage`). By
   * default `text`, and `message` for an answer with tool calls, a refusal or requested reasoning.
   */
  subject?: 'text' | 'message' | undefined
  /** True: reasoning is signed too. False by default, because users seldom see reasoning. */
  reasoning?: boolean | undefined
}

/** An answer and its follower. */
export interface FollowedAnswer<T> {
  answer: Answer
  follower: Follower<T>
}

/**
 * Follows an answer; `read` writes a chunk's content to the answer. Never throws: an answer that
 * can't be followed goes on without a receipt.
 */
export function followAnswer<T>(
  counterfoil: Counterfoil,
  options: AnswerOptions,
  read: (chunk: T, answer: Answer) => void,
): FollowedAnswer<T> {
  let answer = createAnswer({ text: nowhere, message: nowhere })
  const follower = followSafely(options, () => {
    const recorded = recordAnswer(counterfoil, options)
    answer = recorded.answer
    return counterfoil.follow<T>(options, {
      chunk: (chunk) => read(chunk, answer),
      end: recorded.end,
    })
  })
  return { answer, follower }
}

/** Calls the caller's own listener. Never throws. */
export const tell = (options: Pick<TapOptions, 'onError'>, error: CounterfoilError): void =>
  quietly(() => options.onError?.(error))

/** The follower that `follow` gives; where `follow` throws, a follower that does nothing. */
export function followSafely<T>(
  options: Pick<TapOptions, 'onError'>,
  follow: () => Follower<T>,
): Follower<T> {
  try {
    return follow()
  } catch (thrown) {
    tell(options, asError('tap_failed', 'The stream can’t be followed', thrown))
    return followNothing()
  }
}

const nowhere = { write: (): void => undefined }

/** Signs a finished answer. Throws a `CounterfoilError`. */
export function signAnswer(
  counterfoil: Counterfoil,
  options: AnswerOptions,
  read: (answer: Answer) => void,
): Promise<SignedReceipt> {
  const { answer, end } = recordAnswer(counterfoil, options)
  read(answer)
  const { instead, late, ...ending } = end()
  return instead.finish(ending, { ...late, chunks: 1 })
}

/** Records an answer in both forms. `end` ends the answer and names the recording to sign. */
export function recordAnswer(counterfoil: Counterfoil, options: AnswerOptions) {
  const recordings = { text: counterfoil.record(options), message: counterfoil.record(options) }
  const { subject, reasoning } = options
  const answer = createAnswer({ ...recordings, subject, reasoning })
  return {
    answer,
    end: () => {
      const { subject: ended, ending, late } = answer.end()
      // The caller's name for the model goes before the provider's.
      const model = options.model === undefined ? late.model : undefined
      return { ...ending, late: { ...late, model }, instead: recordings[ended] }
    },
  }
}
