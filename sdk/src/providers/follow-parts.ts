import type { FollowedCall } from './model-call.ts'
import type { ModelPart } from './read-ai-sdk.ts'
import { cut } from '../stream/follow-source.ts'

/**
 * Passes on the parts of a language model's stream unchanged, each when the reader requests it.
 * Only the part `finish`, which comes after all shown parts, gets the receipt into its
 * `providerMetadata`.
 */
export function followParts<S extends ReadableStream>(
  source: S,
  { answer, follower, noteError, metadata }: FollowedCall<ModelPart>,
): S {
  const reader = (source as ReadableStream<ModelPart>).getReader()

  async function complete(part: ModelPart): Promise<ModelPart> {
    // All parts were delivered; only the stream's end follows.
    follower.end()
    const counterfoil = await metadata()
    if (counterfoil === null) return part
    return { ...part, providerMetadata: { ...part.providerMetadata, counterfoil } }
  }

  const followed = new ReadableStream<ModelPart>(
    {
      async pull(controller) {
        let result: ReadableStreamReadResult<ModelPart>
        try {
          result = await reader.read()
        } catch (error) {
          noteError(error)
          cut(follower, error)
          controller.error(error)
          return
        }
        if (result.done) {
          follower.end()
          controller.close()
          return
        }
        const part = result.value
        follower.chunk(part)
        const { type, error } = part as ModelPart & { error?: unknown }
        if (type === 'error') noteError(error)
        controller.enqueue(type === 'finish' ? await complete(part) : part)
      },
      cancel(reason) {
        if (answer.isFinished()) follower.end()
        else follower.abort()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return followed as S
}
