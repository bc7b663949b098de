import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { createSignatureThreads, type Signed } from './signature-threads.server.ts'

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

const signers = Array.from({ length: 3 }, () => generateKeyPairSync('ed25519'))

interface Case extends Signed {
  isGood: boolean
}

/** Messages of many lengths by three keys; of every third the signature is another one's. */
const CASES: Case[] = Array.from({ length: 300 }, (_, i) => {
  const { publicKey, privateKey } = signers[i % signers.length]!
  const message = randomBytes(i === 0 ? 0 : i === 1 ? 200_000 : i * 7)
  const isGood = i % 3 !== 1
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    message,
    signature: sign(null, isGood ? message : randomBytes(9), privateKey),
    isGood,
  }
})

function verifyHere({ publicKey, message, signature }: Signed): boolean {
  const x = Buffer.from(publicKey).toString('base64url')
  return verify(null, message, { key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }, signature)
}

/** Verifies them all at once, and says how many were verified on this thread. */
async function verifyAll(options: { threads?: number; file?: string }) {
  const here = vi.fn(verifyHere)
  const check = createSignatureThreads(here, options)
  const answers = await Promise.all(CASES.map((one) => check(one)))
  return { answers, here: here.mock.calls.length, check }
}

const EXPECTED = CASES.map(({ isGood }) => isGood)

test('many at once are each answered for themselves, wherever they were verified', async () => {
  const { answers, here } = await verifyAll({ threads: 2 })
  expect(answers).toEqual(EXPECTED)
  expect(here).toBeLessThan(CASES.length)
})

test('a lone one is verified at once, where it is', async () => {
  const here = vi.fn(verifyHere)
  const check = createSignatureThreads(here, { threads: 2, file: 'not-started.mjs' })
  expect(await check(CASES[0]!)).toBe(true)
  expect(here).toHaveBeenCalledOnce()
})

test('with one core the event loop verifies them all, and has its turns between them', async () => {
  let turns = 0
  const count = (): void => {
    turns++
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  const { answers, here } = await verifyAll({ threads: 0 })
  clearImmediate(next)
  expect(answers).toEqual(EXPECTED)
  expect(here).toBe(CASES.length)
  expect(turns).toBeGreaterThan(CASES.length / 10)
})

test.each([
  ['never starts', 'throw new Error("no")'],
  ['ends in the middle of its work', "parentPort.once('message', () => process.exit(1))"],
  ['ends after its first answers', ''],
])('a thread that %s loses nothing, and the portal goes on without it', async (_, code) => {
  const file = join(folder, `${String(code.length)}.mjs`)
  const answersOnce = `parentPort.once('message', (packed) => {
    const answers = []
    for (let at = 0; at < packed.byteLength;) {
      answers.push(false)
      at += 100 + new DataView(packed).getUint32(at + 96, true)
    }
    parentPort.postMessage(answers)
  })`
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads'\n${code === '' ? answersOnce : code}`,
  )
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const { answers, here, check } = await verifyAll({ threads: 2, file })
  if (code === '') {
    // This one says no to all that it is asked: what it never answered was verified here.
    expect(answers.filter((isGood, i) => isGood === EXPECTED[i]).length).toBeGreaterThanOrEqual(
      here,
    )
  } else expect(answers).toEqual(EXPECTED)
  await vi.waitFor(() =>
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('It is not replaced')),
  )
  expect(await Promise.all(CASES.map((one) => check(one)))).toEqual(EXPECTED)
  warned.mockRestore()
})
