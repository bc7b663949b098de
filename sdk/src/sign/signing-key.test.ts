import { generateKeyPairSync, sign as signNode, verify, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { readCryptoKey } from './crypto-key.ts'
import { composeReceipt } from './compose-receipt.ts'
import { CounterfoilError } from '../errors.ts'
import { thumbprint } from '../receipt/key.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'

const signBy = (key: KeyObject, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(signNode(null, bytes, key))

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const rawOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-32)
const raw = rawOf(publicKey)
const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
const jwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: raw.toString('base64url'),
  d: seed.toString('base64url'),
}
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
const other = rawOf(generateKeyPairSync('ed25519').publicKey)

const toPem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
/** RFC 5958: version 1, with the public key at its end. */
const withPublic = (x: Uint8Array) =>
  Buffer.concat([
    Buffer.from('3051020101300506032b657004220420', 'hex'),
    seed,
    Buffer.from('812100', 'hex'),
    x,
  ])

const good: [string, SigningKey][] = [
  ['a PEM', pem],
  ['a PEM whose line ends are two characters', pem.replaceAll('\n', '\\n')],
  ['a PEM in quotes, with the line ends of Windows', `"${pem.replaceAll('\n', '\\r\\n')}"`],
  ['a PEM with spaces around it', `  \n${pem}\n\n`],
  ['a PEM that holds the public key too', toPem('PRIVATE KEY', withPublic(raw))],
  ['a JWK', jwk],
  ['a JWK with more members', { ...jwk, kid: 'mine', use: 'sig' }],
  ['the JSON of a JWK', `\n${JSON.stringify(jwk, null, 2)}\n`],
  ['a KeyObject', privateKey],
  ['a signer', { publicKey: raw, sign: (bytes) => signBy(privateKey, bytes) }],
  [
    'a signer that gives an ArrayBuffer later',
    {
      publicKey: { kty: 'OKP', crv: 'Ed25519', x: jwk.x },
      sign: (bytes) => Promise.resolve(new Uint8Array(signBy(privateKey, bytes)).buffer),
    },
  ],
]

test.each(good)('%s signs', async (_what, key) => {
  const signer = readSigningKey(key)
  expect(signer.kid).toBe(thumbprint(raw))
  const bytes = new TextEncoder().encode('to be signed')
  expect(verify(null, bytes, publicKey, await signer.sign(bytes))).toBe(true)
})

test('a CryptoKey signs, also one that never leaves its place', async () => {
  const bytes = new TextEncoder().encode('to be signed')
  for (const extractable of [true, false]) {
    const pair = await crypto.subtle.generateKey('Ed25519', extractable, ['sign', 'verify'])
    const signer = readSigningKey(await readCryptoKey(extractable ? pair.privateKey : pair))
    const signature = new Uint8Array(await signer.sign(bytes))
    expect(await crypto.subtle.verify('Ed25519', pair.publicKey, signature, bytes)).toBe(true)
  }
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const encrypted = privateKey.export({
  format: 'pem',
  type: 'pkcs8',
  cipher: 'aes-256-cbc',
  passphrase: 'x',
}) as string
const bad: [string, unknown, RegExp][] = [
  ['nothing', undefined, /is missing/],
  ['null', null, /is missing/],
  ['an empty text', '', /must be a PKCS#8 PEM/],
  ['any text', 'hunter2-hunter2-hunter2', /must be a PKCS#8 PEM/],
  ['bytes', seed, /can’t be bytes/],
  ['a public PEM', publicKey.export({ format: 'pem', type: 'spki' }), /is a public key/],
  ['an encrypted PEM', encrypted, /is encrypted/],
  ['an RSA PEM', rsa.export({ format: 'pem', type: 'pkcs8' }), /not of an Ed25519/],
  ['an old RSA PEM', rsa.export({ format: 'pem', type: 'pkcs1' }), /is an RSA key/],
  ['an OpenSSH key', toPem('OPENSSH PRIVATE KEY', seed), /OpenSSH/],
  ['a PEM with damaged base64', pem.replace('MC4', 'M=4'), /base64 is damaged/],
  [
    'a PEM cut short',
    toPem('PRIVATE KEY', Buffer.concat([pkcs8, seed]).subarray(0, 40)),
    /not of an Ed25519/,
  ],
  ['a PEM whose public part is another’s', toPem('PRIVATE KEY', withPublic(other)), /public part/],
  ['a public JWK', { ...jwk, d: undefined }, /is a public key/],
  ['a JWK with half a key', { ...jwk, d: jwk.d.slice(0, 20) }, /not 32 bytes/],
  [
    'a JWK whose parts don’t belong together',
    { ...jwk, x: other.toString('base64url') },
    /not the private part’s/,
  ],
  ['a JWK without x', { ...jwk, x: undefined }, /not the private part’s/],
  ['a JWK of another curve', { ...jwk, crv: 'X25519' }, /must be an Ed25519 JWK/],
  ['JSON that is cut off', JSON.stringify(jwk).slice(0, -9), /is not JSON/],
  ['an RSA KeyObject', rsa, /must be an Ed25519 key, not rsa/],
  ['a public KeyObject', publicKey, /is a public key/],
  [
    'a signer with a private JWK beside it',
    { publicKey: jwk, sign: () => new Uint8Array(64) },
    /unusable publicKey: This is a private key/,
  ],
  [
    'a signer with a weak public key',
    { publicKey: new Uint8Array(32), sign: () => new Uint8Array(64) },
    /unusable publicKey/,
  ],
  [
    'a signer with 31 bytes',
    { publicKey: raw.subarray(1), sign: () => new Uint8Array(64) },
    /not 32 bytes/,
  ],
]

/** The whole text that a logger prints for an error. */
const printed = (error: unknown): string => {
  let text = ''
  for (let one: unknown = error; one instanceof Error; one = one.cause)
    text += `${one.message}\n${one.stack ?? ''}\n${JSON.stringify(one)}`
  return text
}

test('a KeyObject is never asked for its JWK, in which Node 20 can hang', () => {
  const formats: string[] = []
  const watched = {
    type: privateKey.type,
    asymmetricKeyType: privateKey.asymmetricKeyType,
    export(options: { format: 'pem'; type: 'pkcs8' }) {
      formats.push(options.format)
      return privateKey.export(options)
    },
  }
  expect(readSigningKey(watched).kid).toBe(thumbprint(raw))
  expect(formats).toEqual(['pem'])
})

test.each(bad)('%s is refused in a sentence without key material', (_what, key, why) => {
  let thrown: unknown = null
  try {
    readSigningKey(key as SigningKey)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(CounterfoilError)
  expect(thrown).toMatchObject({
    code: 'invalid_signing_key',
    message: expect.stringMatching(why) as string,
  })
  const text = printed(thrown)
  expect(text).toMatch(/^The signing key .*\./)
  for (const secret of [jwk.d, jwk.d.slice(0, 12), seed.toString('base64').slice(0, 12), 'hunter2'])
    expect(text).not.toContain(secret)
})

test('a CryptoKey that is handed over as it is says what to call', async () => {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  expect(() => readSigningKey(pair.privateKey as never)).toThrow(/await readCryptoKey/)
  await expect(readCryptoKey(pair.publicKey)).rejects.toThrow(/is a public CryptoKey/)
  const hidden = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  await expect(readCryptoKey(hidden.privateKey)).rejects.toThrow(/give \{ privateKey, publicKey \}/)
})

const claims = {
  v: 1,
  iss: 'acme',
  iat: 1,
  content: {
    alg: 'sha-256',
    digest: 'A'.repeat(43),
    length: 0,
    type: 'text/plain',
    subject: 'text',
  },
} as const

test.each<[string, () => unknown, string, RegExp]>([
  [
    'throws',
    () => {
      throw new Error('access denied')
    },
    'signing_failed',
    /access denied/,
  ],
  ['rejects', () => Promise.reject(new Error('no quota')), 'signing_failed', /no quota/],
  ['gives nothing', () => undefined, 'invalid_signing_key', /no bytes/],
  ['gives base64', () => 'AAAA', 'invalid_signing_key', /no bytes/],
  ['gives DER', () => new Uint8Array(72), 'invalid_signing_key', /not an Ed25519 signature/],
  [
    'signs with another key',
    (bytes?: Uint8Array) => signBy(generateKeyPairSync('ed25519').privateKey, bytes!),
    'invalid_signing_key',
    /by its publicKey/,
  ],
])('a signer that %s gives an error that says so', async (_what, sign, code, why) => {
  const signer = readSigningKey({ publicKey: raw, sign: sign as () => Uint8Array })
  await expect(composeReceipt(signer, claims)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(why) as string,
  })
})
