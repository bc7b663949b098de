import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { decodeBase64url } from '#receipt/bytes.ts'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { thumbprint } from '#receipt/key.ts'
import { makeKeyPair } from '../support/key-pair.ts'

export const ISSUER = 'bench-service'

/** A signing key as it travels between the bench's processes. */
export interface Signer {
  kid: string
  privateJwk: { kty: string; crv: string; x: string; d: string }
}

export function makeSigner(): Signer {
  const { privateJwk } = makeKeyPair()
  return { kid: thumbprint(decodeBase64url(privateJwk.x)!), privateJwk }
}

export function signJws(key: KeyObject, header: object, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

export const keyOf = (signer: Signer): KeyObject =>
  createPrivateKey({ key: signer.privateJwk, format: 'jwk' })

export interface Signed {
  jws: string
  id: string
  text: string
}

/** Real receipts over texts of a few sentences, each its own number, in turn by each of the keys. */
export function createSigning(signers: Signer[]): (number: number, own?: string) => Signed {
  const keys = signers.map((signer) => ({ kid: signer.kid, key: keyOf(signer) }))
  const iat = Math.floor(Date.now() / 1000)
  return (number, own) => {
    const { kid, key } = keys[number % keys.length]!
    const text =
      own ??
      `Answer ${number}: ${'Neap tides come at the half moons, when sun and moon pull against each other. '.repeat(4)}\n`
    const jws = signJws(
      key,
      { alg: 'Ed25519', kid, typ: 'ai-receipt+jwt' },
      {
        v: 1,
        iss: ISSUER,
        iat,
        content: {
          alg: 'sha-256',
          digest: createHash('sha256').update(text).digest('base64url'),
          length: Buffer.byteLength(text),
          type: 'text/plain',
          subject: 'text',
        },
        jti: `job-${number}`,
        model: 'bench-model-1',
        provider: 'Bench',
        outcome: { status: 'complete', end: 'stop' },
      },
    )
    return { jws, id: receiptIdOf(receiptDigest(jws)), text }
  }
}
