import { randomBytes } from '@noble/hashes/utils.js'
import { encodeBase64url } from '../receipt/bytes.ts'

/** The header with a stream's id: the answer carries it, and a reader's Stop sends it back. */
export const STREAM_HEADER = 'counterfoil-stream'

const SHARED = Symbol.for('counterfoil.streams')

/** One map for the process, because a framework may load this module once for each route. */
const streams = (): Map<string, () => void> =>
  ((globalThis as Record<symbol, unknown>)[SHARED] ??= new Map()) as Map<string, () => void>

/** Registers a stream under an unguessable id, so that only its own reader can stop it. */
export function registerStream(stop: () => void): { streamId: string; forget: () => void } {
  const streamId = encodeBase64url(randomBytes(16))
  streams().set(streamId, stop)
  return { streamId, forget: () => streams().delete(streamId) }
}

/**
 * Ends a stream of this process for its reader's Stop button: the model call is aborted, and the
 * stream ends with its partial receipt. Gives the HTTP status of the answer to Stop: 204, or 404 if
 * this process runs no such stream. After a 404 the reader hangs up, which stops the model too, but
 * the reader gets no receipt.
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
