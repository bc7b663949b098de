import { decodeBase64url, equalBytes } from '../receipt/bytes.ts'
import { verifySignature } from '../receipt/ed25519.ts'
import { admitKey, readJwk, thumbprint } from '../receipt/key.ts'
import { refuseKey } from '../errors.ts'
import { createLocalSigner } from './local-signer.ts'
import { readPem } from './read-pem.ts'

/** A key that signs: `sign` gives the 64 bytes of the Ed25519 signature of `bytes`. */
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

/** The members of Node's `KeyObject` that are used, so that this package needs no Node types. */
export interface KeyObjectLike {
  type: string
  asymmetricKeyType?: string | undefined
  export(options: { format: 'pem'; type: 'pkcs8' }): unknown
}

/**
 * A private key that never leaves its KMS or HSM: this process holds only its public half.
 *
 * @example
 * const signingKey = {
 *   publicKey: { kty: 'OKP', crv: 'Ed25519', x: '…' },
 *   sign: (bytes) => kms.sign({ KeyId: '…', Message: bytes }).then((answer) => answer.Signature),
 * }
 */
export interface RemoteSigner {
  /** 32 bytes, or a public JWK. */
  publicKey: Uint8Array | { kty: string; crv: string; x: string; [member: string]: unknown }
  /**
   * Gives the 64 bytes of the Ed25519 signature of `bytes` themselves, not of their digest, within
   * ten seconds. The first signature is verified with `publicKey`.
   */
  sign(bytes: Uint8Array): Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>
}

/**
 * An Ed25519 private key: a PKCS#8 PEM text (its line ends may be spelled `\n`, as in an
 * environment variable), a private JWK (an object or its JSON), Node's `KeyObject`, or a remote
 * signer. `readCryptoKey` makes a remote signer of a `CryptoKey`.
 */
export type SigningKey = string | PrivateJwk | KeyObjectLike | RemoteSigner

/**
 * Reads a signing key when the program starts, so that a wrong key shows at once. Throws
 * `invalid_signing_key`; its message never holds a part of the key.
 */
export function readSigningKey(key: SigningKey): Signer {
  if (typeof key === 'string') {
    const text = key.trim()
    return text.startsWith('{') ? readPrivateJwk(parseJwk(text)) : createLocalSigner(readPem(text))
  }
  if (typeof key !== 'object' || (key as unknown) === null) refuseKey('is missing')
  if (key instanceof Uint8Array)
    refuseKey('can’t be bytes: give a PEM text, a JWK, a KeyObject or a signer')
  if ('sign' in key && typeof key.sign === 'function') return remoteSigner(key as RemoteSigner)
  if ('algorithm' in key && 'extractable' in key)
    refuseKey('is a CryptoKey, which can’t be read at once: give `await readCryptoKey(key)`')
  if ('export' in key && typeof key.export === 'function')
    return readKeyObject(key as KeyObjectLike)
  return readPrivateJwk(key as PrivateJwk)
}

function readKeyObject(object: KeyObjectLike): Signer {
  if (object.asymmetricKeyType !== 'ed25519')
    refuseKey(`must be an Ed25519 key, not ${object.asymmetricKeyType ?? 'a secret one'}`)
  if (object.type !== 'private') refuseKey('is a public key: the private one signs')
  let pem: unknown
  try {
    // As a PEM, never as a JWK: while Node 20 exports a fresh key of `generateKeyPairSync` as a
    // JWK, it can deadlock (its garbage collector waits for the lock that the export holds).
    pem = object.export({ format: 'pem', type: 'pkcs8' })
  } catch {
    refuseKey('is a KeyObject that can’t be exported: give a signer')
  }
  return createLocalSigner(readPem(String(pem)))
}

function parseJwk(json: string): PrivateJwk {
  try {
    return JSON.parse(json) as PrivateJwk
  } catch {
    // The error gets no cause: a cause would show the text, which is a private key.
    return refuseKey('looks like a JWK, but is not JSON')
  }
}

function readPrivateJwk(jwk: PrivateJwk): Signer {
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519')
    refuseKey('must be an Ed25519 JWK: kty OKP, crv Ed25519')
  if ((jwk.d as unknown) === undefined)
    refuseKey('is a public key: its private part `d` is missing')
  const secret = typeof jwk.d === 'string' ? decodeBase64url(jwk.d) : null
  if (secret?.length !== 32) refuseKey('has a private part `d` that is not 32 bytes in base64url')
  const publicKey = typeof jwk.x === 'string' ? decodeBase64url(jwk.x) : null
  const signer = createLocalSigner(secret)
  if (publicKey === null || !equalBytes(publicKey, signer.publicKey))
    refuseKey('has a public part `x` that is not the private part’s')
  return signer
}

function remoteSigner(remote: RemoteSigner): Signer {
  let publicKey: Uint8Array
  if (remote.publicKey instanceof Uint8Array) publicKey = remote.publicKey.slice()
  else {
    const reading = readJwk(remote.publicKey)
    if (!reading.ok) refuseKey(`has an unusable publicKey: ${reading.message}`)
    publicKey = reading.publicKey
  }
  const admission = admitKey(publicKey)
  if (!admission.ok) refuseKey(`has an unusable publicKey: ${admission.message}`)
  let isProven = false
  return {
    kid: thumbprint(publicKey),
    publicKey,
    async sign(bytes) {
      const given: unknown = await remote.sign(bytes)
      const signature = given instanceof ArrayBuffer ? new Uint8Array(given) : given
      if (!(signature instanceof Uint8Array)) refuseKey('gave no bytes for a signature')
      // The first signature is enough: key and format don't change later.
      if (!isProven && !verifySignature(publicKey, bytes, signature))
        refuseKey('gave a signature that is not an Ed25519 signature by its publicKey')
      isProven = true
      return signature
    },
  }
}
