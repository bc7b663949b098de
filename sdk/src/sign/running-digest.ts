import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { nodeCrypto, type NodeCrypto } from './node-crypto.ts'
import { concatBytes, encodeUtf8 } from '../receipt/bytes.ts'
import { contentKey } from '../receipt/content-digest.ts'
import { highAtEnd } from '../surrogates.ts'

/** A digest that runs along with a stream: each piece is hashed as it comes. */
export interface RunningDigest {
  /** Text is hashed as UTF-8; a surrogate pair may be split between two pieces. */
  write(piece: string | Uint8Array): void
  /** How many bytes were hashed; an unfinished surrogate pair is not among them. */
  length(): number
  /** 32 bytes. `write` must not be called afterwards. */
  end(): Uint8Array
}

/**
 * SHA-256 of all pieces together, or, with a `secret` of 32 bytes, the format's HMAC. `keep` gets
 * the bytes as they are hashed: public content is sent along.
 */
export function createRunningDigest(
  options: {
    secret?: Uint8Array | undefined
    keep?: ((bytes: Uint8Array) => void) | undefined
  } = {},
): RunningDigest {
  const hash =
    options.secret === undefined ? createSha256() : hmac.create(sha256, contentKey(options.secret))
  let length = 0
  let high = ''

  function add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    hash.update(bytes)
    length += bytes.length
    options.keep?.(bytes)
  }
  function endText(): void {
    if (high !== '') add(encodeUtf8(high))
    high = ''
  }

  return {
    write(piece) {
      if (typeof piece !== 'string') {
        endText()
        add(piece)
        return
      }
      const text = high + piece
      high = highAtEnd(text)
      add(encodeUtf8(high === '' ? text : text.slice(0, -1)))
    },
    length: () => length,
    end() {
      endText()
      return hash.digest()
    },
  }
}

interface Hash {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** A platform's `node:crypto` may be incomplete: a probe decides between its SHA-256 and noble's. */
function createSha256(): Hash {
  try {
    const native = nodeCrypto()
    const probe = native?.createHash('sha256')
    probe?.update(new Uint8Array(1))
    if (native !== undefined && probe?.digest().length === 32) return fromNode(native)
  } catch {
    // noble's then.
  }
  return sha256.create()
}

function fromNode(crypto: NodeCrypto): Hash {
  const hash = crypto.createHash('sha256')
  return {
    update: (bytes) => hash.update(bytes),
    digest: () => new Uint8Array(hash.digest()),
  }
}

/** Keeps the hashed bytes. Keeps nothing as soon as they are more than `bytesMax`. */
export function createKeeper(bytesMax: number): {
  keep: (bytes: Uint8Array) => void
  /** Null: there were more than `bytesMax`. */
  bytes(): Uint8Array | null
} {
  let pieces: Uint8Array[] | null = []
  let length = 0
  return {
    keep(bytes) {
      length += bytes.length
      if (pieces === null || length > bytesMax) pieces = null
      else pieces.push(bytes.slice())
    },
    bytes: () => (pieces === null ? null : concatBytes(...pieces)),
  }
}
