import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { decodeBase64url, encodeUtf8 } from '#receipt/bytes.ts'
import { contentDigest } from '#receipt/content-digest.ts'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import { verifyReceipt } from '../../sdk/src/verify.ts'
import { freshDatabase } from '../support/database.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { makeSigner, signReceipt } from '../support/signing.ts'
import { createService, type Service } from '../support/world.ts'

type Lie = (path: string, body: string) => string | number

let portal: Portal
let drop: () => Promise<void>
let service: Service
let counterfoil: Counterfoil
let proxy: Server
/** The portal's address, by way of somebody who may change what it answers. */
let origin: string
let lie: Lie = (_path, body) => body

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  service = await createService(portal)
  proxy = createServer((request, response) => {
    const path = request.url ?? ''
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET' } = request
      const headers = Object.fromEntries(
        ['authorization', 'content-type', 'accept'].flatMap((name) => {
          const value = request.headers[name]
          return typeof value === 'string' ? [[name, value]] : []
        }),
      )
      const init = method === 'GET' ? { headers } : { method, headers, body: Buffer.concat(chunks) }
      void fetch(portal.origin + path, init).then(async (answer) => {
        const told = lie(path, await answer.text())
        if (typeof told === 'number') response.writeHead(told).end('{}')
        else response.writeHead(answer.status).end(told)
      })
    })
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
})

afterAll(async () => {
  proxy.closeAllConnections()
  await new Promise((closed) => proxy.close(closed))
  await portal.stop()
  await drop()
})

beforeEach(() => {
  counterfoil = createCounterfoil({
    portal: origin,
    issuer: service.slug,
    signingKey: JSON.stringify(service.signer.privateJwk),
    apiKey: service.key.apiKey,
  })
})

afterEach(async () => {
  lie = (_path, body) => body
  await counterfoil.close()
})

let serial = 0
async function signOne(more: object = {}) {
  const signed = await counterfoil.signAIOutput({ output: `answer ${++serial}\n`, ...more })
  expect((await signed.delivery).state).toBe('stored')
  return signed
}

test('a receipt is verified on this side, and the portal’s report says the same', async () => {
  const { receiptId, receipt, verifyUrl } = await signOne({ model: 'a-model' })
  const content = `answer ${serial}\n`
  const found = await counterfoil.receipts.get(receiptId, { content })
  expect(found).toMatchObject({
    receiptId,
    verdict: 'valid',
    signatureValid: true,
    contentMatches: true,
    receipt,
    claims: { model: 'a-model', iss: service.slug },
    report: { verdict: 'valid', receiptId },
    opinion: 'agrees',
  })
  // Without any key of the service, by its link alone.
  expect(await verifyReceipt({ receipt: verifyUrl, content })).toMatchObject({
    verdict: 'valid',
    contentMatches: true,
  })
  expect(await verifyReceipt({ receipt: verifyUrl, content: 'another' })).toMatchObject({
    verdict: 'differs',
    contentMatches: false,
    opinion: 'agrees',
  })
})

test('content that the portal shows is compared with what was signed', async () => {
  const { receiptId } = await signOne({ visibility: 'public' })
  const shown = (await counterfoil.receipts.get(receiptId)).checks
  expect(shown.find(({ check }) => check === 'stored_content')?.code).toBe('stored_content_matches')
  lie = (path, body) => (path.endsWith('/content') ? 'something else' : body)
  expect(await counterfoil.receipts.get(receiptId)).toMatchObject({
    verdict: 'invalid',
    opinion: 'disagrees',
  })
})

test('13.7: a guessable public answer is sent as private, because its content is not sent', async () => {
  const { receiptId } = await signOne({ output: 'no', guessable: true, visibility: 'public' })
  const { report } = await counterfoil.receipts.get(receiptId)
  expect(report).toMatchObject({ receiptId, contentAvailable: false, log: { state: 'off' } })
})

test('content that could be guessed is compared by the link with its key, and not without', async () => {
  const { receiptId, verifyUrl, receipt, secret } = await signOne({
    output: 'yes',
    guessable: true,
  })
  expect(verifyUrl).toBe(`${origin}/r/${receiptId}#k=${secret!}`)
  const at = (content: string, link = verifyUrl) => verifyReceipt({ receipt: link, content })
  expect(await at('yes')).toMatchObject({ verdict: 'valid', contentMatches: true })
  expect(await at('no')).toMatchObject({ verdict: 'differs', contentMatches: false })
  expect(await at('yes', verifyUrl.split('#')[0])).toMatchObject({
    verdict: 'valid',
    contentMatches: null,
  })
  const answer = await fetch(`${verifyUrl.split('#')[0]!}.json`)
  const report = (await answer.json()) as { receipt: { claims: { content: object } } }
  expect(report.receipt.claims.content).not.toHaveProperty('length')
  expect(Buffer.from(receipt.split('.')[1]!, 'base64url').toString()).not.toContain(secret!)
  await expect(at('yes', verifyUrl.slice(0, -3))).rejects.toMatchObject({ code: 'invalid_option' })
})

test('a prompt is signed as a keyed digest, which its secret opens', async () => {
  const prompt = 'Is Paris the capital of France?'
  const { receiptId, secret } = await signOne({ prompt })
  const { claims } = await counterfoil.receipts.get(receiptId)
  const key = decodeBase64url(secret!)!
  const digest = contentDigest('hmac-sha-256', encodeUtf8(prompt), key)!
  expect(claims?.prompt).toEqual({
    alg: 'hmac-sha-256',
    digest: Buffer.from(digest).toString('base64url'),
  })
})

test('what doesn’t exist, or is named wrongly, is said so', async () => {
  const nothing = `rec_${'0'.repeat(32)}`
  expect(await counterfoil.receipts.get(nothing)).toMatchObject({
    verdict: 'not-found',
    signatureValid: null,
    receipt: null,
    report: null,
    opinion: 'agrees',
  })
  for (const name of ['', 'rec_', 'https://example.com/', `https://example.com/r/${nothing}`])
    await expect(counterfoil.receipts.get(name)).rejects.toMatchObject({ code: 'invalid_option' })
  await expect(verifyReceipt({ receipt: nothing })).rejects.toThrow(/give `portal` too/)
  lie = () => 503
  await expect(counterfoil.receipts.get(nothing)).rejects.toMatchObject({ code: 'portal_refused' })
  await expect(
    verifyReceipt({ receipt: nothing, portal: 'http://127.0.0.1:9' }),
  ).rejects.toMatchObject({ code: 'portal_unreachable' })
})

test('a portal that refuses to answer is quoted with its own code', async () => {
  const refused = Response.json({ code: 'rate_limited', detail: 'Too fast.' }, { status: 429 })
  await expect(
    verifyReceipt({
      receipt: `https://example.com/r/rec_${'0'.repeat(32)}`,
      fetch: () => Promise.resolve(refused.clone()),
    }),
  ).rejects.toMatchObject({
    code: 'portal_refused',
    message: 'The portal refused (429 rate_limited): Too fast.',
    problem: { status: 429, code: 'rate_limited' },
  })
})

const isReceipt = (path: string): boolean => path.endsWith('/receipt')
const isReport = (path: string): boolean => /\/v1\/receipts\/rec_\w+$/.test(path)
const isIssuer = (path: string): boolean => path.startsWith('/v1/issuers/')

test.each<[string, () => Promise<Lie>, string]>([
  [
    'shows another valid receipt under this id',
    async () => {
      const { receipt } = await signOne()
      return (path, body) => (isReceipt(path) ? receipt : body)
    },
    'invalid',
  ],
  [
    'shows a receipt with one character changed',
    () => Promise.resolve((path, body) => (isReceipt(path) ? body.replace(/.$/, flipped) : body)),
    'invalid',
  ],
  [
    'shows one that somebody else signed, and calls it valid',
    async () => {
      const forged = await signReceipt(await makeSigner(), service.slug, 'forged')
      return (path, body) => (isReceipt(path) ? forged : body)
    },
    'invalid',
  ],
  [
    'publishes another key under the receipt’s kid',
    async () => {
      const { jwk } = await makeSigner()
      return (path, body) =>
        isIssuer(path) ? body.replace(/"x":"[^"]+"/g, `"x":"${jwk.x!}"`) : body
    },
    'unknown-issuer',
  ],
  [
    'no longer knows the issuer',
    () => Promise.resolve((path, body) => (isIssuer(path) ? 404 : body)),
    'unknown-issuer',
  ],
  [
    'has no receipt, and a report that calls it valid',
    () => Promise.resolve((path, body) => (isReceipt(path) ? 404 : body)),
    'not-found',
  ],
  [
    'calls a revoked key’s receipt valid',
    () =>
      Promise.resolve((path, body) =>
        isIssuer(path)
          ? body
              .replaceAll('"active"', '"revoked"')
              .replaceAll('"revokedAt":null', '"revokedAt":"2020-01-01T00:00:00Z"')
          : body,
      ),
    'revoked',
  ],
])('a portal that %s is found out', async (_what, makeLie, verdict) => {
  const { receiptId } = await signOne()
  lie = await makeLie()
  const found = await counterfoil.receipts.get(receiptId)
  expect(found).toMatchObject({ verdict, opinion: 'disagrees', report: { verdict: 'valid' } })
})

test('a portal that calls a good receipt bad is found out as well', async () => {
  const { receiptId } = await signOne()
  lie = (path, body) =>
    isReport(path) ? body.replace('"verdict":"valid"', '"verdict":"invalid"') : body
  expect(await counterfoil.receipts.get(receiptId)).toMatchObject({
    verdict: 'valid',
    signatureValid: true,
    opinion: 'disagrees',
  })
})

test.each<[string, string]>([
  ['an empty object', '{}'],
  ['wrong types', '{"checks":[null,3],"revocation":7,"receivedAt":{},"keys":[null,{"kid":1}]}'],
])('%s for a report or an issuer is an answer, not an exception', async (_what, nonsense) => {
  const { receiptId } = await signOne()
  lie = (path, body) => (isReport(path) ? nonsense : body)
  expect((await counterfoil.receipts.get(receiptId)).opinion).toBe('disagrees')
  lie = (path, body) => (isIssuer(path) ? nonsense : body)
  expect((await counterfoil.receipts.get(receiptId)).verdict).toBe('unknown-issuer')
})

/** Another character of base64url in the last place, with the same unused bits. */
const flipped = (last: string): string => (last === 'A' ? 'Q' : 'A')
