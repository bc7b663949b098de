import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { rmSync } from 'node:fs'
import { Point } from '@noble/ed25519'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEngine } from '#app/engine/engine.server.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { admitKey } from '#receipt/key.ts'
import { buildThread } from './support/thread.ts'

/*
 * A visitor's browser and the server must never disagree about a signature: a malicious signer who
 * finds one case where they do can show one person a valid receipt and another a forged one.
 */

const CASES = 10_500

// Some are verified on a thread and some on this one, as in a portal.
let file: string
beforeAll(async () => {
  file = await buildThread()
})
afterAll(() => rmSync(file))
const openEngine = () => createEngine({ file, threads: 1 })
const L = Point.CURVE().n
const P = Point.CURVE().p

/** The same numbers in every run, so that a failure can be looked at again. */
let state = 20_261_121
const below = (limit: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * limit)
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
const randomBytes = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(256)))

const toBigint = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const toBytes = (n: bigint): Buffer =>
  Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse()
const sha512 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha512').update(Buffer.concat(parts)).digest()

interface Signer {
  publicKey: Buffer
  scalar: bigint
  privateKey: KeyObject | null
}

function signerFromSeed(seed: Buffer): Signer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = spki.subarray(-32)
  const hash = sha512(seed).subarray(0, 32)
  hash[0]! &= 248
  hash[31] = (hash[31]! & 127) | 64
  return { publicKey, scalar: toBigint(hash) % L, privateKey }
}

const signerFromScalar = (scalar: bigint): Signer => ({
  publicKey: Buffer.from(Point.BASE.multiply(scalar).toBytes()),
  scalar,
  privateKey: null,
})

const signers = [
  ...Array.from({ length: 16 }, () => signerFromSeed(randomBytes(32))),
  // The base point itself, its double, its negative: where formulas have special cases.
  ...[1n, 2n, L - 1n, L - 2n, 8n].map(signerFromScalar),
]

function findTorsion(): Point[] {
  for (let y = 2n; ; y++) {
    try {
      const point = Point.fromBytes(toBytes(y), false)
      const torsion = point.multiply(L - 1n, false).add(point)
      const multiples = Array.from({ length: 8 }, (_, i) => torsion.multiply(BigInt(i), false))
      if (new Set(multiples.map((one) => one.toHex())).size === 8) return multiples
    } catch {
      continue
    }
  }
}
const torsion = findTorsion()

/** R = nonce·B + a point of small order (none for index 0). Made once: points are slow. */
const nonces = Array.from({ length: 96 }, (_, i) => {
  const nonce = i < 16 ? BigInt(i >> 3) : toBigint(randomBytes(31)) + 1n
  const point = Point.BASE.multiply(nonce, false).add(torsion[i % 8]!)
  return { nonce, r: Buffer.from(point.toBytes()), mixed: i % 8 !== 0 }
})

/** S such that the equation holds, at least where the verifier multiplies by the cofactor. */
function answer(signer: Signer, message: Buffer, r: Buffer, nonce: bigint): Buffer {
  const k = toBigint(sha512(r, signer.publicKey, message)) % L
  return Buffer.concat([r, toBytes((nonce + k * signer.scalar) % L)])
}

function signWith(signer: Signer, message: Buffer): Buffer {
  if (signer.privateKey) return sign(null, message, signer.privateKey)
  const { r, nonce } = pick(nonces.filter((one) => !one.mixed && one.nonce > 1n))
  return answer(signer, message, r, nonce)
}

function flipBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const at = below(copy.length * 8)
  copy[at >> 3]! ^= 1 << (at & 7)
  return copy
}

/** Keys one bit away from a real one, as far as they are admitted at all. */
const nearKeys = signers.flatMap((signer) =>
  Array.from({ length: 12 }, () => flipBit(signer.publicKey))
    .filter((publicKey) => admitKey(publicKey).ok)
    .map((publicKey) => ({ signer, publicKey })),
)

interface Case {
  kind: string
  publicKey: Buffer
  message: Buffer
  signature: Buffer
}

/** Encodings of y from p upwards, with either sign: no honest encoder writes them. */
const oddEncodings = Array.from({ length: 19 }, (_, i) => toBytes(P + BigInt(i))).flatMap((r) => [
  r,
  Buffer.concat([r.subarray(0, 31), Buffer.of(r[31]! | 0x80)]),
])

const kinds: Record<string, (signer: Signer, message: Buffer) => Partial<Case>> = {
  valid: (signer, message) => ({ signature: signWith(signer, message) }),
  'chosen nonce': (signer, message) => {
    const { r, nonce } = pick(nonces.filter((one) => !one.mixed))
    return { signature: answer(signer, message, r, nonce) }
  },
  'bit of the signature': (signer, message) => ({ signature: flipBit(signWith(signer, message)) }),
  'bit of the message': (signer, message) => ({
    signature: signWith(signer, message),
    message: message.length ? flipBit(message) : Buffer.of(0),
  }),
  'another key': (signer, message) => ({
    signature: signWith(signer, message),
    publicKey: pick(signers).publicKey,
  }),
  'bit of the key': (_signer, message) => {
    const { signer, publicKey } = pick(nearKeys)
    return { publicKey, signature: signWith(signer, message) }
  },
  'S + L': (signer, message) => {
    const good = signWith(signer, message)
    const s = toBigint(good.subarray(32)) + L * BigInt(1 + below(14))
    return { signature: Buffer.concat([good.subarray(0, 32), toBytes(s)]) }
  },
  'S at an edge': (signer, message) => ({
    signature: Buffer.concat([
      signWith(signer, message).subarray(0, 32),
      toBytes(pick([0n, 1n, L - 1n, L, L + 1n, 2n ** 252n, 2n ** 255n, 2n ** 256n - 1n])),
    ]),
  }),
  'small or mixed order R': (signer, message) => {
    const { r, nonce } = pick(nonces.filter((one) => one.mixed))
    return { signature: answer(signer, message, r, nonce) }
  },
  'odd encoding of R': (signer, message) => {
    const r = pick(oddEncodings)
    return { signature: answer(signer, message, r, BigInt(below(2))) }
  },
  'random signature': () => ({ signature: randomBytes(64) }),
  'wrong length': (signer, message) => {
    const good = signWith(signer, message)
    return {
      signature: pick([good.subarray(0, 63), Buffer.concat([good, Buffer.of(0)]), Buffer.of()]),
    }
  },
}

test(`core and fast engine give the same answer in all of ${CASES} cases`, async () => {
  const engine = openEngine()
  for (const { publicKey } of signers) expect(admitKey(publicKey).ok).toBe(true)
  expect(nearKeys.length).toBeGreaterThan(5)

  const names = Object.keys(kinds)
  const good = new Map<string, number>()
  const different: Case[] = []
  const pending: Promise<void>[] = []
  for (let index = 0; index < CASES; index++) {
    const kind = names[index % names.length]!
    const signer = pick(signers)
    const message = randomBytes(below(40))
    const made = kinds[kind]!(signer, message)
    const one: Case = {
      kind,
      publicKey: signer.publicKey,
      message,
      signature: Buffer.of(),
      ...made,
    }
    // The fast engine works on another core while the core's own engine works on this one.
    const fast = engine.verify(one.publicKey, one.message, one.signature)
    const slow = verifySignature(one.publicKey, one.message, one.signature)
    if (slow) good.set(kind, (good.get(kind) ?? 0) + 1)
    pending.push(
      fast.then((answered) => {
        if (answered !== slow) different.push(one)
      }),
    )
    if (index % 64 === 0) await Promise.all(pending.splice(0))
  }
  await Promise.all(pending)

  expect(different).toEqual([])
  expect(good.get('valid')).toBe(CASES / names.length)
  expect(good.get('chosen nonce')).toBeGreaterThan(500)
  // Anything but an honest signature is bad, save the same key picked twice by chance.
  const honest = ['valid', 'chosen nonce', 'another key']
  expect([...good.keys()].filter((kind) => !honest.includes(kind))).toEqual([])
}, 120_000)

test('the fast engine answers false, and never throws, whatever it is given', async () => {
  const engine = openEngine()
  const [signer] = signers
  const message = Buffer.from('x')
  const signature = signWith(signer!, message)
  expect(await engine.verify(signer!.publicKey, message, signature)).toBe(true)
  for (const key of [Buffer.of(), Buffer.alloc(31), Buffer.alloc(33), Buffer.alloc(32, 255)])
    expect(await engine.verify(key, message, signature)).toBe(false)
})
