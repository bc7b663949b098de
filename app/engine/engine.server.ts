import { hash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Engine } from './engine.ts'
import { createSignatureCheck, packSignature, type PackedSignature } from './signatures.ts'
import { createThreads } from './threads.server.ts'

/** The thread's program lies beside this one once it is built; elsewhere nothing runs on threads. */
const THREAD = fileURLToPath(new URL('thread.js', import.meta.url))

export function createEngine(
  options: { file: string; threads?: number } = { file: THREAD },
): Engine {
  const check = createThreads<PackedSignature, boolean>(createSignatureCheck(), {
    bytesOf: (packed) => packed.length,
    ...options,
  })
  return {
    // In one call: a hash object of its own costs more than so few bytes.
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return Promise.resolve(false)
      return check(packSignature(publicKey, message, signature))
    },
  }
}
