import { Buffer } from 'node:buffer'
import { createPublicKey, verify } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

const KEYS_MAX = 1_000
const keys = new Map()

/** Building a key costs as much as using it, so they are kept; all go when there are too many. */
function findKey(x) {
  let key = keys.get(x)
  if (key === undefined) {
    if (keys.size >= KEYS_MAX) keys.clear()
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    keys.set(x, key)
  }
  return key
}

/** A key or signature that OpenSSL can't even read is not a good one. */
function isGood(publicKey, message, signature) {
  try {
    return verify(null, message, findKey(publicKey.toString('base64url')), signature)
  } catch {
    return false
  }
}

/** The other end of signature-threads.server.ts, which says how the questions are packed. */
parentPort.on('message', (packed) => {
  const bytes = Buffer.from(packed)
  const answers = []
  for (let at = 0; at < bytes.length;) {
    const message = at + 100
    const end = message + bytes.readUInt32LE(at + 96)
    const [publicKey, signature] = [bytes.subarray(at, at + 32), bytes.subarray(at + 32, at + 96)]
    answers.push(isGood(publicKey, bytes.subarray(message, end), signature))
    at = end
  }
  parentPort.postMessage(answers)
})
