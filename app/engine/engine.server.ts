import { fileURLToPath } from 'node:url'
import type { Engine } from './engine.ts'
import { createSignatureCheck, packSignature, type PackedSignature } from './signatures.ts'
import { createThreads } from './threads.server.ts'
import { sha256 } from '../values/sha256.ts'

/** The build places the thread's program beside this file; unbuilt code uses no threads. */
const THREAD = fileURLToPath(new URL('thread.js', import.meta.url))

export function createEngine(
  options: { file: string; threads?: number } = { file: THREAD },
): Engine {
  const check = createThreads<PackedSignature, boolean>(createSignatureCheck(), {
    bytesOf: (packed) => packed.length,
    ...options,
  })
  return {
    sha256,
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return Promise.resolve(false)
      return check(packSignature(publicKey, message, signature))
    },
  }
}
