import { getPublicKey } from '@noble/ed25519'
import { decodeBase64, equalBytes } from '../receipt/bytes.ts'
import { refuseKey } from '../errors.ts'

const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----$/

/** The bytes between the version and the 32 secret bytes of a key (RFC 8410, section 7). */
const ED25519 = [48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]

/** Refusals of other PEM labels that people often have: each says which key is needed. */
const OTHERS: Record<string, string> = {
  'PUBLIC KEY': 'is a public key: the private one is needed to sign',
  'ENCRYPTED PRIVATE KEY': 'is encrypted: decrypt it first (openssl pkey -in … -out …)',
  'OPENSSH PRIVATE KEY':
    'is in OpenSSH’s own format: PKCS#8 is needed (openssl genpkey -algorithm ed25519)',
  'RSA PRIVATE KEY': 'is an RSA key: an Ed25519 key is needed',
  'EC PRIVATE KEY': 'is an EC key: an Ed25519 key is needed',
  CERTIFICATE: 'is a certificate: the private key is needed to sign',
}

/** The 32 secret bytes of a PKCS#8 PEM. Throws `invalid_signing_key` without a part of the key. */
export function readPem(text: string): Uint8Array {
  // An environment variable may hold the PEM in quotes, and its line ends as two characters.
  const pem = text
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replaceAll('\\r', '')
    .replaceAll('\\n', '\n')
    .trim()
  const [, label = '', body = ''] = PEM.exec(pem) ?? []
  const other = OTHERS[label]
  if (other !== undefined) refuseKey(other)
  if (label !== 'PRIVATE KEY')
    refuseKey('must be a PKCS#8 PEM (-----BEGIN PRIVATE KEY-----), a JWK, a KeyObject or a signer')
  const bytes = decodeBase64(body.replaceAll(/\s/g, ''))
  if (bytes === null) refuseKey('is a PEM whose base64 is damaged')
  return readPkcs8(bytes)
}

function readPkcs8(bytes: Uint8Array): Uint8Array {
  const [sequence, length, integer, one, version] = bytes
  const isPkcs8 = sequence === 48 && length === bytes.length - 2 && integer === 2 && one === 1
  const isEd25519 = ED25519.every((byte, at) => bytes[5 + at] === byte)
  if (!isPkcs8 || !isEd25519 || bytes.length < 48 || (version !== 0 && version !== 1))
    refuseKey('is a PEM, but not of an Ed25519 private key')
  const secret = bytes.slice(16, 48)
  // A key of version 1 (RFC 5958) ends with the public key.
  if (version === 1 && !equalBytes(bytes.slice(-32), getPublicKey(secret)))
    refuseKey('has a public part that is not the private part’s')
  return secret
}
