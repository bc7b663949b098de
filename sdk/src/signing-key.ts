import { getPublicKey, hashes, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { decodeBase64, decodeBase64url, equalBytes } from './receipt/bytes.ts'
import { verifySignature } from './receipt/ed25519.ts'
import { admitKey, readJwk, thumbprint } from './receipt/key.ts'
import { CounterfoilError } from './errors.ts'

hashes.sha512 = sha512

/** What signs: it is given bytes and gives back the 64 bytes of their Ed25519 signature. */
export interface Signer {
  /** RFC 7638 thumbprint of the public key. */
  kid: string
  /** 32 bytes. */
  publicKey: Uint8Array
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** A private key in a JSON Web Key: `d` and `x` are base64url of 32 bytes each. */
export interface PrivateJwk {
  kty: string
  crv: string
  x: string
  d: string
  [member: string]: unknown
}

/** Node's `KeyObject`, told by what it can do: this package needs no Node types. */
export interface KeyObjectLike {
  asymmetricKeyType?: string | undefined
  export(options: { format: 'jwk' }): unknown
}

/** A key that never leaves its KMS or HSM: only its public half is here. */
export interface RemoteSigner {
  /** 32 bytes, or a public JWK. */
  publicKey: Uint8Array | { kty: string; crv: string; x: string; [member: string]: unknown }
  sign(bytes: Uint8Array): Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>
}

/** A PKCS#8 PEM text, a private JWK (an object or its JSON), a `KeyObject`, or a remote signer. */
export type SigningKey = string | PrivateJwk | KeyObjectLike | RemoteSigner

const PEM = /^\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/
/** RFC 8410: everything of a PKCS#8 Ed25519 key before its 32 bytes. */
const PKCS8_PREFIX = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]

/** Reads a key once, when the program starts, so that a wrong one is found then. */
export function readSigningKey(key: SigningKey): Signer {
  if (typeof key === 'string')
    return key.trimStart().startsWith('{')
      ? readSigningKey(parseJwk(key))
      : localSigner(readPem(key))
  if (typeof key !== 'object' || (key as unknown) === null) refuse('is no key at all')
  if ('sign' in key && typeof key.sign === 'function') return remoteSigner(key as RemoteSigner)
  if ('export' in key && typeof key.export === 'function') {
    const object = key as KeyObjectLike
    if (object.asymmetricKeyType !== 'ed25519') refuse('must be an Ed25519 key')
    return localSigner(readPrivateJwk(object.export({ format: 'jwk' }) as PrivateJwk))
  }
  return localSigner(readPrivateJwk(key as PrivateJwk))
}

function parseJwk(json: string): PrivateJwk {
  try {
    return JSON.parse(json) as PrivateJwk
  } catch {
    // The text is a private key: it goes into no message.
    return refuse('looks like a JWK, but is not JSON')
  }
}

function readPem(pem: string): Uint8Array {
  const body = PEM.exec(pem.replaceAll('\\n', '\n'))?.[1]
  if (body === undefined)
    refuse('must be a PKCS#8 PEM (-----BEGIN PRIVATE KEY-----), a JWK, a KeyObject or a signer')
  const bytes = decodeBase64(body.replaceAll(/\s/g, ''))
  const isEd25519 = bytes !== null && PKCS8_PREFIX.every((byte, at) => bytes[at] === byte)
  if (!isEd25519 || bytes.length !== 48) refuse('is a PEM, but not of an Ed25519 private key')
  return bytes.subarray(16)
}

function readPrivateJwk(jwk: PrivateJwk): Uint8Array {
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') refuse('must be an Ed25519 JWK')
  const secret = typeof jwk.d === 'string' ? decodeBase64url(jwk.d) : null
  if (secret?.length !== 32) refuse('has no private part `d`: it is a public key, or damaged')
  const publicKey = typeof jwk.x === 'string' ? decodeBase64url(jwk.x) : null
  if (publicKey === null || !equalBytes(publicKey, getPublicKey(secret)))
    refuse('has a public part `x` that is not the private part’s')
  return secret
}

function localSigner(secret: Uint8Array): Signer {
  const publicKey = getPublicKey(secret)
  return {
    kid: thumbprint(publicKey),
    publicKey,
    sign: (bytes) => sign(bytes, secret),
  }
}

function remoteSigner(remote: RemoteSigner): Signer {
  let publicKey: Uint8Array
  if (remote.publicKey instanceof Uint8Array) publicKey = remote.publicKey.slice()
  else {
    const reading = readJwk(remote.publicKey)
    if (!reading.ok) refuse(`has an unusable publicKey: ${reading.message}`)
    publicKey = reading.publicKey
  }
  const admission = publicKey.length === 32 ? admitKey(publicKey) : null
  if (admission?.ok !== true) refuse('has a publicKey that is not 32 bytes of an Ed25519 key')
  let isProven = false
  return {
    kid: thumbprint(publicKey),
    publicKey,
    async sign(bytes) {
      const given = await remote.sign(bytes)
      const signature = given instanceof Uint8Array ? given : new Uint8Array(given)
      // The first one only: that it is the right key, in the right format, doesn't change later.
      if (!isProven && !verifySignature(publicKey, bytes, signature))
        refuse('gave a signature that is not an Ed25519 signature by its publicKey')
      isProven = true
      return signature
    },
  }
}

function refuse(why: string): never {
  throw new CounterfoilError('invalid_signing_key', `The signing key ${why}.`)
}
