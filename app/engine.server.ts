import { Buffer } from 'node:buffer'
import { createPublicKey, hash, verify as nodeVerify, type KeyObject } from 'node:crypto'
import type { Sha256 } from '#receipt/bytes.ts'
import { signatureWellFormed } from '#receipt/ed25519.ts'
import { jwkOf } from '#receipt/key.ts'
import { createSignatureThreads } from './signature-threads.server.ts'

const KEYS_MAX = 10_000

export interface Engine {
  sha256: Sha256

  /** Assumes an admitted key. Never throws: a check that can't be made is not a good signature. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}

/**
 * The server's fast path, some ten times quicker than the core's own: OpenSSL behind the core's
 * guards, where the two give the same answers (`test/engines.test.ts` compares them).
 */
export function createEngine(): Engine {
  const keys = new Map<string, KeyObject>()

  /** Building a key costs as much as using it, so the keys used last are kept. */
  function findKey(publicKey: Uint8Array): KeyObject {
    const name = Buffer.from(publicKey).toString('latin1')
    const key = keys.get(name) ?? createPublicKey({ key: { ...jwkOf(publicKey) }, format: 'jwk' })
    // A Map keeps the order of insertion: taken out and put back, a key is the youngest again.
    keys.delete(name)
    keys.set(name, key)
    if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!)
    return key
  }

  const onThreads = createSignatureThreads(({ publicKey, message, signature }) => {
    try {
      return nodeVerify(null, message, findKey(publicKey), signature)
    } catch {
      return false
    }
  })

  return {
    // In one call: a hash object of its own costs more than so few bytes.
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || !signatureWellFormed(signature)) return Promise.resolve(false)
      return onThreads({ publicKey, message, signature })
    },
  }
}
