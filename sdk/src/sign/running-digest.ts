import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { nodeCrypto, type NodeCrypto } from './node-crypto.ts'
import { concatBytes, encodeUtf8 } from '../receipt/bytes.ts'
import { contentKey } from '../receipt/content-digest.ts'
import { highAtEnd } from '../surrogates.ts'

/** A digest of a stream, which hashes each piece as it comes. */
export interface RunningDigest {
  /** Text is hashed as UTF-8; a surrogate pair may be split between two pieces. */
  write(piece: string | Uint8Array): void
  /** The number of hashed bytes, without an unfinished surrogate pair. */
  length(): number
  /** The 32 bytes of the digest. `write` must not be called afterwards. */
  end(): Uint8Array
}

/**
 * Makes a SHA-256 of all pieces together, or with a `secret` of 32 bytes the format's HMAC. `keep`
 * gets each hashed piece, because public content is sent along.
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

/** A probe decides between `node:crypto` and noble, because a platform's copy may be incomplete. */
function createSha256(): Hash {
  try {
    const native = nodeCrypto()
    const probe = native?.createHash('sha256')
    probe?.update(new Uint8Array(1))
    if (native !== undefined && probe?.digest().length === 32) return fromNode(native)
  } catch {
    // This platform uses noble.
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

/** Keeps the hashed bytes, and drops all of them as soon as they exceed `bytesMax`. */
export function createKeeper(bytesMax: number): {
  keep: (bytes: Uint8Array) => void
  /** The kept bytes; null if they exceeded `bytesMax`. */
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
