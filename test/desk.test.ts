import { randomBytes, sign } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bytesOf, createDesk, pack, type Answer, type Piece } from '#app/engine/desk.server.ts'
import { createThreads } from '#app/engine/threads.server.ts'
import type { FinishedReport, JudgedState } from '#app/services/verify/judge-stored.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { makeKeyPair } from './support/key-pair.ts'
import { makeSigner, secondsNow, signReceipt } from './support/signing.ts'
import { buildThread } from './support/thread.ts'

const config = { publicUrl: 'https://portal.example' }

let file: string
beforeAll(async () => {
  file = await buildThread()
})
afterAll(() => rmSync(file))

/** One receipt of each kind that a report can tell of. */
async function makeStates(): Promise<JudgedState[]> {
  const [signer, other] = [await makeSigner(), await makeSigner()]
  const raw = (jwk: object): Uint8Array => Buffer.from((jwk as { x: string }).x, 'base64url')
  const text = 'Grüße, 名前 and \u{1f642}: not of one byte each.'
  const jws = await signReceipt(signer, 'acme', text)
  const bytes = Buffer.from(text)
  const row: JudgedState['row'] = {
    jws,
    mode: 'live',
    visibility: 'public',
    receivedAt: secondsNow() * 1000 + 0.25,
    content: bytes,
    erasedAt: null,
    revokedAt: null,
    revokedReason: null,
    issuer: 'acme',
    issuerName: 'Äcme 株式会社',
    issuerUrl: 'https://acme.example',
    kid: signer.kid,
    publicKey: raw(signer.jwk),
    keyState: 'active',
    keyPublishedAt: 1_700_000_000_000,
    keyRetiredAt: null,
    keyRevokedAt: null,
    keyCompromisedSince: null,
    keyReason: null,
  }
  const altered = Buffer.from(bytes)
  altered[3]! ^= 1
  const rows: Partial<JudgedState['row']>[] = [
    {},
    // A part of more memory than its own, which is no matter of its own.
    {
      content: Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]).subarray(6, -5),
    },
    { content: null },
    { content: null, erasedAt: 1_763_000_000_000 },
    { content: altered },
    { content: Buffer.alloc(0) },
    { revokedAt: 1_763_000_000_000, revokedReason: 'an “error” — ошибка' },
    { keyState: 'retired', keyRetiredAt: 1_763_000_000_000 },
    { keyState: 'revoked', keyRevokedAt: 1_763_000_000_000, keyReason: 'lost' },
    { publicKey: raw(other.jwk) },
    { publicKey: Buffer.alloc(5) },
    { publicKey: null, issuerName: null, keyState: null },
    { jws: `${jws.slice(0, -3)}AAA` },
    { jws: 'not a receipt' },
    { mode: 'test', visibility: 'private' },
  ]
  const receiptId = receiptIdOf(receiptDigest(jws))
  return rows.map((changed) => ({ receiptId, row: { ...row, ...changed } }))
}

test('a report made on a thread is to the byte the one made here, whatever it tells of', async () => {
  const here = createDesk(config)
  const states = await makeStates()
  const now = Date.now()
  const expected = states.map((state) => here({ state, now }) as FinishedReport)
  const verdicts = new Set(
    expected.map(({ json }) => (JSON.parse(json) as { verdict: string }).verdict),
  )
  expect([...verdicts].sort()).toEqual([
    'invalid',
    'revoked',
    'unknown-issuer',
    'valid',
    'valid-key-retired',
  ])
  expect(expected.map(({ isInvalid }) => isInvalid)).toContain(true)

  const all = Array.from({ length: 20 }, () => states).flat()
  const { answers, onThread } = await doAll(all.map((state) => ({ state, now })))
  for (const [i, report] of answers.entries()) expect(report).toEqual(expected[i % states.length])
  expect(onThread).toBeGreaterThanOrEqual(32)
})

test('a signature verified on a thread is judged as the core judges it', async () => {
  const signers = Array.from({ length: 3 }, makeKeyPair)
  const signed = Array.from({ length: 120 }, (_, i) => {
    const { privateKey, publicKey } = signers[i % signers.length]!
    const message = randomBytes(i === 119 ? 200_000 : i * 7)
    return {
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
      message,
      signature: sign(null, i % 4 === 1 ? randomBytes(9) : message, privateKey),
    }
  })
  const expected = signed.map(({ publicKey, message, signature }) =>
    verifySignature(publicKey, message, signature),
  )
  expect(expected.filter((isGood) => isGood).length).toBe(90)
  const { answers, onThread } = await doAll(signed.map((one) => ({ signed: one })))
  expect(answers).toEqual(expected)
  expect(onThread).toBeGreaterThanOrEqual(32)
})

/** All at once, by one thread and the event loop; `onThread` is how many the thread answered. */
async function doAll(pieces: Piece[]) {
  const doneHere = vi.fn(createDesk(config))
  const work = createThreads<Piece, Answer>(
    doneHere,
    { pack, bytesOf },
    { file, threads: 1, workerData: config },
  )
  const answers = await Promise.all(pieces.map((piece) => work(piece)))
  return { answers, onThread: pieces.length - doneHere.mock.calls.length }
}
