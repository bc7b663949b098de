import { webcrypto } from 'node:crypto'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ContentMatch } from '#receipt/content.ts'
import type { JsonReading } from '#receipt/json.ts'
import type { Engine, Payer } from './engine.ts'
import { doLongWork, type LongAnswer, type LongPiece } from './long-work.ts'
import { createSignatureCheck, packSignature, type PackedSignature } from './signatures.ts'
import { createThreads } from './threads.server.ts'
import { sha256 } from '../values/sha256.ts'

const { subtle } = webcrypto

/** The build places the threads' programs beside this file; unbuilt code uses no threads. */
const programFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Reading so many bytes of JSON takes the event loop 2 ms at most. */
const READ_HERE_BYTES_MAX = 64 * 1024
/** Hashing so many bytes takes the event loop half a millisecond. */
const HASH_HERE_BYTES_MAX = 64 * 1024
/** Comparing so many bytes takes the event loop 1 ms at most: letters with 30 marks are dearest. */
const COMPARE_HERE_BYTES_MAX = 4 * 1024

/** Of four cores, strangers' long work gets one. */
const longThreads = (file: string): number =>
  existsSync(file) ? Math.max(1, Math.floor(availableParallelism() / 4)) : 0

const LANES = {
  known: { nice: 0, waitingMax: 5_000 },
  // Each piece waits for the pieces before it, and holds its bytes in memory meanwhile.
  unknown: { nice: 10, waitingMax: 64 },
}

export function createEngine(
  options: { file: string; threads?: number } = { file: programFile('thread.js') },
  longFile: string = programFile('long-thread.js'),
): Engine {
  const check = createThreads<PackedSignature, boolean>(createSignatureCheck(), {
    bytesOf: (packed) => packed.length,
    ...options,
  })
  const openLane = ({ nice, waitingMax }: { nice: number; waitingMax: number }) =>
    createThreads<LongPiece, LongAnswer>(doLongWork, {
      file: longFile,
      threads: longThreads(longFile),
      workerData: { nice },
      bytesOf: (piece) => ('read' in piece ? piece.read.length : piece.compare.length),
      isLong: { waitingMax },
    })
  const lanes = { known: openLane(LANES.known), unknown: openLane(LANES.unknown) }

  /** Does short work here, and the rest on the caller's lane. The payer is charged for both. */
  async function work(piece: LongPiece, isShort: boolean, payer: Payer) {
    const lane = payer.isKnown ? lanes.known : lanes.unknown
    const { value, ms } = isShort ? doLongWork(piece) : await lane(piece)
    payer.spentMs += ms
    return value
  }

  return {
    sha256,
    async hashAhead(bytes) {
      if (bytes === null || bytes.length <= HASH_HERE_BYTES_MAX) return sha256
      const digest = new Uint8Array(await subtle.digest('SHA-256', bytes))
      return (others) => (others === bytes ? digest : sha256(others))
    },
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return Promise.resolve(false)
      return check(packSignature(publicKey, message, signature))
    },
    readJson: (bytes, rules, payer) =>
      work(
        { read: bytes, rules },
        bytes.length <= READ_HERE_BYTES_MAX,
        payer,
      ) as Promise<JsonReading>,
    compare: (content, bytes, payer) =>
      work(
        { compare: bytes, content },
        bytes.length <= COMPARE_HERE_BYTES_MAX,
        payer,
      ) as Promise<ContentMatch>,
  }
}
