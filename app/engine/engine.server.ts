import { fileURLToPath } from 'node:url'
import type { Sha256 } from '#receipt/bytes.ts'
import { bytesOf, createDesk, pack, type Answer, type Piece } from './desk.server.ts'
import type { FinishedReport, JudgedState } from '../services/verify/judge-stored.ts'
import { createThreads } from './threads.server.ts'
import { sha256 } from '../values/sha256.ts'

export interface Engine {
  sha256: Sha256

  /** Assumes an admitted key. Never throws: a check that can't be made is not a good signature. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>

  /** A stored receipt judged and told as JSON. */
  report(state: JudgedState): Promise<FinishedReport>
}

/** Lies beside this program once it is built; where it isn't, nothing runs on threads. */
const THREAD = fileURLToPath(new URL('thread.js', import.meta.url))

/** What takes a core's time, done on whichever core is free. */
export function createEngine(
  config: { publicUrl: string },
  {
    now = Date.now,
    threads,
  }: { now?: () => number; threads?: { file: string; threads: number } } = {},
): Engine {
  const desk = createDesk(config)
  const work = createThreads<Piece, Answer>(
    desk,
    { pack, bytesOf },
    {
      workerData: { publicUrl: config.publicUrl },
      ...(threads ?? { file: THREAD }),
    },
  )
  return {
    sha256,
    async verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false
      return (await work({ signed: { publicKey, message, signature } })) as boolean
    },
    report: (state) => work({ state, now: now() }) as Promise<FinishedReport>,
  }
}
