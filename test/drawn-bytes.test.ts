import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildReport } from '#app/services/verify/build-report.ts'
import { readBundle } from '#receipt/bundle.ts'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeHex } from '#receipt/bytes.ts'
import { contentDigest } from '#receipt/content-digest.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { judge } from '#receipt/judge.ts'
import { readKeyProof } from '#receipt/key-proof.ts'
import { readJwk, thumbprint } from '#receipt/key.ts'
import { readReceipt } from '#receipt/receipt.ts'

const CORE = new URL('../sdk/src/receipt/', import.meta.url)
const GOLDEN = new URL('vectors/golden-v1-minimal/', import.meta.url)

/** The fenced blocks with a name in the core's comments, without their line breaks. */
const drawn = new Map<string, string>()
for (const file of readdirSync(CORE).filter((name) => name.endsWith('.ts'))) {
  const source = readFileSync(new URL(file, CORE), 'utf8')
  for (const [, name, lines] of source.matchAll(/^ \* ```(\S+)\n((?: \* .*\n)+?) \* ```$/gm)) {
    expect(drawn.has(name!)).toBe(false)
    drawn.set(name!, lines!.replaceAll(/^ \* |\n/gm, ''))
  }
}

const golden = (file: string): string => readFileSync(new URL(file, GOLDEN), 'utf8')
const decodePart = (jws: string, at: number): string | null =>
  decodeUtf8(decodeBase64url(jws.split('.')[at]!)!)

const jws = golden('receipt.jws')
const content = readFileSync(new URL('content.txt', GOLDEN))
const jwk = readJwk(JSON.parse(golden('key.jwk.json')))
if (!jwk.ok) throw new Error(jwk.message)
const { publicKey } = jwk

test('the core’s comments draw the golden receipt, byte for byte', () => {
  expect(drawn.get('receipt')).toBe(jws)
  expect(drawn.get('header')).toBe(decodePart(jws, 0))
  expect(drawn.get('claims')).toBe(decodePart(jws, 1))
  const digest = receiptDigest(jws)
  const [first, rest] = [encodeHex(digest.subarray(0, 20)), encodeHex(digest.subarray(20))]
  expect(drawn.get('receipt-digest')).toBe(`${first} ${rest}`)
  expect(drawn.get('id')).toBe(receiptIdOf(digest))
  expect(drawn.get('content-digest')).toBe(encodeBase64url(contentDigest('sha-256', content)!))
  expect(readJwk(JSON.parse(drawn.get('jwk')!))).toEqual(jwk)
  expect(drawn.get('kid')).toBe(thumbprint(publicKey))
})

test('the drawn key proof is one, signed with the drawn key', () => {
  const text = drawn.get('key-proof')!
  const reading = readKeyProof(text)
  if (!reading.ok) throw new Error(reading.message)
  const { signingInput, signature } = reading.proof
  expect(verifySignature(publicKey, signingInput, signature)).toBe(true)
  expect(drawn.get('key-proof-header')).toBe(decodePart(text, 0))
  expect(drawn.get('key-proof-claims')).toBe(decodePart(text, 1))
})

test('the drawn bundle is read, and holds the drawn content and key', () => {
  const reading = readBundle(JSON.parse(drawn.get('bundle')!.replace('…', jws)))
  expect(reading).toMatchObject({
    ok: true,
    bundle: { receipt: jws, content: new Uint8Array(content), keys: [{ publicKey }] },
  })
})

test('the drawn report and check are what the portal answers for the golden receipt', () => {
  const reading = readReceipt(jws)
  if (!reading.ok) throw new Error(reading.message)
  const { receipt } = reading
  const receivedAt = Date.parse('2025-11-03T14:02:01Z')
  const ended = { retiredAt: null, revokedAt: null, compromisedSince: null, reason: null }
  const judgement = judge({
    now: receivedAt,
    reading,
    idExpected: receipt.receiptId,
    key: { from: 'portal', state: 'active' },
    signature: 'good',
    issuerName: 'Acme Answers',
    domainVerified: false,
    receivedAt,
    revocation: null,
    storedContent: { state: 'none' },
    log: null,
    given: null,
  })
  const report = buildReport(
    { config: { publicUrl: 'https://receipts.example' } },
    {
      judgement,
      receipt,
      known: {
        receiptId: receipt.receiptId,
        mode: 'live',
        receivedAt,
        revokedAt: null,
        revokedReason: null,
        contentAvailable: false,
        issuer: { slug: 'acme', name: 'Acme Answers', url: null },
        key: {
          kid: receipt.header.kid,
          state: 'active',
          publishedAt: Date.parse('2025-11-01T09:00:00Z'),
          ...ended,
        },
      },
    },
  )
  const written = JSON.stringify({ ...report, checks: ['…'], links: { '…': '' } })
  expect(drawn.get('report')).toBe(written.replace('["…"]', '[…]').replace('{"…":""}', '{…}'))
  expect(drawn.get('check')).toBe(JSON.stringify(report.checks[0]))
  expect(report.checks.length).toBe(13)
})
