import { randomBytes, sign } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  createSignatureCheck,
  packSignature,
  type PackedSignature,
} from '#app/engine/signatures.ts'
import { createThreads } from '#app/engine/threads.server.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { makeKeyPair } from './support/key-pair.ts'
import { buildThread } from './support/thread.ts'

let file: string
beforeAll(async () => {
  file = await buildThread()
})
afterAll(() => rmSync(file))

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
  const { answers, onThread } = await doAll(
    signed.map((one) => packSignature(one.publicKey, one.message, one.signature)),
  )
  expect(answers).toEqual(expected)
  expect(onThread).toBeGreaterThanOrEqual(32)
})

/** All at once, by one thread and the event loop; `onThread` is how many the thread answered. */
async function doAll(pieces: PackedSignature[]) {
  const doneHere = vi.fn(createSignatureCheck())
  const bytesOf = (piece: PackedSignature) => piece.length
  const work = createThreads(doneHere, { file, threads: 1, bytesOf })
  const answers = await Promise.all(pieces.map((piece) => work(piece)))
  return { answers, onThread: pieces.length - doneHere.mock.calls.length }
}
