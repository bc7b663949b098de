import * as node from 'node:crypto'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLocalSigner } from './local-signer.ts'
import { verifySignature } from '../receipt/ed25519.ts'

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** RFC 8032, section 7.1: secret key, public key, message, signature. */
const RFC_8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Platforms with the parts of `node:crypto` that they have. */
const platforms: [string, () => void][] = [
  ['Node', () => undefined],
  ['a platform without node:crypto', () => vi.stubGlobal('process', {})],
  ['one that refuses it', () => givesCrypto(refusing)],
  ['one without Ed25519', () => givesCrypto(() => ({ ...node, sign: refusing }))],
  ['one that signs wrongly', () => givesCrypto(() => ({ ...node, sign: () => Buffer.alloc(64) }))],
]
const refusing = (): never => {
  throw new Error('not here')
}
const givesCrypto = (getBuiltinModule: () => unknown): void => {
  vi.stubGlobal('process', { getBuiltinModule })
}

describe.each(platforms)('on %s', (_, stub) => {
  beforeEach(stub)

  test.each(RFC_8032)(
    'signs as RFC 8032 does: %s',
    async (secret, publicKey, message, signature) => {
      const signer = createLocalSigner(fromHex(secret))
      expect(toHex(signer.publicKey)).toBe(publicKey)
      expect(toHex(await signer.sign(fromHex(message)))).toBe(signature)
    },
  )

  test('signs byte for byte what node:crypto signs, with any key and any length', async () => {
    for (let length = 0; length < 300; length += 5) {
      const { privateKey } = generateKeyPairSync('ed25519')
      const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
      const signer = createLocalSigner(new Uint8Array(seed))
      const message = new Uint8Array(randomBytes(length))
      const signature = await signer.sign(message)
      expect(toHex(signature)).toBe(sign(null, message, privateKey).toString('hex'))
      expect(verifySignature(signer.publicKey, message, signature)).toBe(true)
    }
  })
})

test('Node signs by its own code', async () => {
  const native = vi.fn(sign)
  givesCrypto(() => ({ ...node, sign: native }))
  const signer = createLocalSigner(fromHex(RFC_8032[0][0]))
  native.mockClear()
  await signer.sign(fromHex('00'))
  expect(native).toHaveBeenCalledOnce()
})
