import { createAnswer, type Answer } from './answer.ts'
import type { Counterfoil } from '../counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { quietly } from '../quietly.ts'
import { followNothing, type Follower, type TapOptions } from '../stream/tap.ts'

/** For all answers of a provider: what `tap` takes, and these. */
export interface AnswerOptions extends TapOptions {
  /**
   * What is signed. By default `text`, the text alone, unless there is more in the answer (tool
   * calls, a refusal, reasoning that was asked for): then it is `message`, the JSON of
   * `composeMessage`.
   */
  subject?: 'text' | 'message' | undefined
  /** Whether reasoning belongs to what is signed. False by default: users seldom see it. */
  reasoning?: boolean | undefined
}

export interface FollowedAnswer<T> {
  answer: Answer
  follower: Follower<T>
}

/**
 * An answer and whoever follows it; `read` says what a provider's chunk holds. Never throws: what
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

/** Tells the caller's own listener. Never throws. */
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

/** Signs an answer that is there as a whole. Throws a `CounterfoilError`. */
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

/** An answer that is recorded, and how its end is told. */
export function recordAnswer(counterfoil: Counterfoil, options: AnswerOptions) {
  const recordings = { text: counterfoil.record(options), message: counterfoil.record(options) }
  const { subject, reasoning } = options
  const answer = createAnswer({ ...recordings, subject, reasoning })
  return {
    answer,
    end: () => {
      const { subject: ended, ending, late } = answer.end()
      // What the caller says of the model goes before what the provider calls it.
      const model = options.model === undefined ? late.model : undefined
      return { ...ending, late: { ...late, model }, instead: recordings[ended] }
    },
  }
}
