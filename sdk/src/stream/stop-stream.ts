import { randomBytes } from '@noble/hashes/utils.js'
import { encodeBase64url } from '../receipt/bytes.ts'

/** Names a running stream: sent with its answer, and given back by a reader who wants it to stop. */
export const STREAM_HEADER = 'counterfoil-stream'

const SHARED = Symbol.for('counterfoil.streams')

/** One for the process: a framework may load the route that streams and the one that stops apart. */
const streams = (): Map<string, () => void> =>
  ((globalThis as Record<symbol, unknown>)[SHARED] ??= new Map()) as Map<string, () => void>

/** Gives an unguessable name, so that knowing it is permission enough, and how to forget it. */
export function registerStream(stop: () => void): { streamId: string; forget: () => void } {
  const streamId = encodeBase64url(randomBytes(16))
  streams().set(streamId, stop)
  return { streamId, forget: () => streams().delete(streamId) }
}

/**
 * Ends a stream of this process as its reader's Stop button means it: the model call is aborted,
 * and the stream ends with its partial receipt. Gives 204, or 404 where no such stream runs here:
 * then the reader hangs up, which stops the model too, but hears of no receipt.
 *
 * @example
 * const status = stopStream(request.headers.get(STREAM_HEADER))
 */
export function stopStream(streamId: string | null | undefined): 204 | 404 {
  const stop = streams().get(streamId ?? '')
  if (stop === undefined) return 404
  stop()
  return 204
}
