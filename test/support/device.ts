import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { userHandle } from '#app/services/door/passkey-ceremony.ts'
import { PUBLIC_URL } from './portal.ts'

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** Present, and the person verified or not; the last bit says that a credential follows. */
const FLAGS = { present: 0x01, verified: 0x04, credential: 0x40 }

/** An authenticator as a browser stands in front of it: one Ed25519 credential, no counter. */
export function makeDevice() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const id = randomBytes(16)
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: PUBLIC_URL, crossOrigin: false }))
  const authData = (flags: number, credential = Buffer.alloc(0)) =>
    Buffer.concat([
      sha256(new URL(PUBLIC_URL).hostname),
      Buffer.from([flags]),
      Buffer.alloc(4),
      credential,
    ])
  const answer = (response: object) =>
    JSON.stringify({
      id: base64url(id),
      rawId: base64url(id),
      type: 'public-key',
      clientExtensionResults: {},
      response,
    })
  return {
    make: ({ challenge }: { challenge: string }, isVerified = true): string => {
      const credential = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        coseOf(publicKey),
      ])
      const bytes = authData(
        FLAGS.present | (isVerified ? FLAGS.verified : 0) | FLAGS.credential,
        credential,
      )
      return answer({
        clientDataJSON: base64url(clientData('webauthn.create', challenge)),
        attestationObject: base64url(unattested(bytes)),
      })
    },
    use: ({ challenge }: { challenge: string }, admin: string, isVerified = true): string => {
      const client = clientData('webauthn.get', challenge)
      const bytes = authData(FLAGS.present | (isVerified ? FLAGS.verified : 0))
      return answer({
        clientDataJSON: base64url(client),
        authenticatorData: base64url(bytes),
        signature: base64url(sign(null, Buffer.concat([bytes, sha256(client)]), privateKey)),
        userHandle: userHandle(admin),
      })
    },
  }
}

/** CBOR: { 1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: the key } */
const coseOf = (key: KeyObject): Buffer =>
  Buffer.concat([
    Buffer.from('a4010103272006215820', 'hex'),
    key.export({ type: 'spki', format: 'der' }).subarray(-32),
  ])

/** CBOR: { fmt: "none", attStmt: {}, authData: the bytes } */
const unattested = (authData: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
    Buffer.from([0x58, authData.length]),
    authData,
  ])
