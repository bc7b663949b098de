import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import { freshDatabase } from '../support/database.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { createService, type Service } from '../support/world.ts'

let portal: Portal
let drop: () => Promise<void>
let service: Service
let counterfoil: Counterfoil

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  service = await createService(portal)
  counterfoil = createCounterfoil({
    portal: portal.origin,
    issuer: service.slug,
    signingKey: JSON.stringify(service.signer.privateJwk),
    apiKey: service.key.apiKey,
  })
})

afterAll(async () => {
  await counterfoil.close()
  await portal.stop()
  await drop()
})

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

interface Report {
  verdict: string
  receipt: { claims: { content: { digest: string; length: number }; outcome: object } }
}

async function reportOf(receiptId: string): Promise<Report> {
  const { body } = await portal.call<Report>('GET', `/v1/receipts/${receiptId}`)
  return body
}

test('a signed answer has its id and link before any request, and is valid once it arrived', async () => {
  const output = 'The capital of France is Paris.\n'
  const signed = await counterfoil.sign({ output, model: 'a-model', provider: 'a-provider' })
  expect(signed.verifyUrl).toBe(`${portal.origin}/r/${signed.receiptId}`)
  expect(await signed.delivery).toMatchObject({ state: 'stored', receiptId: signed.receiptId })
  const report = await reportOf(signed.receiptId)
  expect(report.verdict).toBe('valid')
  expect(report.receipt.claims).toMatchObject({
    model: 'a-model',
    provider: 'a-provider',
    content: { digest: digestOf(output), length: Buffer.byteLength(output) },
    outcome: { status: 'complete', chunks: 1 },
  })
})

test('a stream goes through unchanged and has a receipt of all of it', async () => {
  const pieces = ['Grüß', ' di', 'ch, ', '\ud83d', '\ude00', '']
  async function* source() {
    for (const piece of pieces) yield await Promise.resolve(piece)
  }
  const stream = counterfoil.tap(source())
  const seen: string[] = []
  for await (const piece of stream) seen.push(piece)
  expect(seen).toEqual(pieces)
  const signed = (await stream.receipt)!
  await signed.delivery
  const { receipt, verdict } = await reportOf(signed.receiptId)
  expect(verdict).toBe('valid')
  expect(receipt.claims.content.digest).toBe(digestOf('Grüß dich, 😀'))
})

test('a reader who leaves gets a partial receipt of exactly what was handed over', async () => {
  let isStopped = false
  async function* source() {
    try {
      for (const piece of ['one ', 'two ', 'three ']) yield await Promise.resolve(piece)
    } finally {
      isStopped = true
    }
  }
  const stream = counterfoil.tap(source())
  for await (const piece of stream) if (piece === 'two ') break
  expect(isStopped).toBe(true)
  const signed = (await stream.receipt)!
  await signed.delivery
  const { receipt, verdict } = await reportOf(signed.receiptId)
  expect(verdict).toBe('partial')
  expect(receipt.claims.content.digest).toBe(digestOf('one two '))
  expect(receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted', chunks: 2 })
})
