import { describe, expect, test } from 'vitest'
import { readBundleBytes } from './bundle.ts'
import { decodeBase64url, decodeHex, encodeUtf8 } from './bytes.ts'
import { signatureWellFormed, verifySignature } from './ed25519.ts'
import { parseJson } from './json.ts'
import { admitKey, readJwk, thumbprint } from './key.ts'
import type { Evidence, KeyEvidence } from './evidence.ts'
import { judge } from './judge.ts'
import { readReceipt } from './receipt.ts'
import type { CheckCode, CheckName, Verdict } from './report.ts'
import { checkSentence, verdictSentence } from './words.ts'

// As text, through the bundler: the same files load in Node and in a browser.
const files = import.meta.glob<string>('../../../test/vectors/*/*.{jws,json,txt,hex}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const cases = new Map<string, Map<string, string>>()
for (const [path, text] of Object.entries(files)) {
  const [folder, file] = path.split('/').slice(-2) as [string, string]
  const entry = cases.get(folder) ?? new Map<string, string>()
  cases.set(folder, entry.set(file, text))
}

type Files = Map<string, string>
type Case = [name: string, files: Files]
const named = (pattern: RegExp): Case[] => [...cases].filter(([name]) => pattern.test(name))
const json = (entry: Files, file: string): unknown => JSON.parse(entry.get(file)!)
const hex = (entry: Files, file: string): Uint8Array => decodeHex(entry.get(file)!)!
const time = (value: string): number => Date.parse(value)
const formatTime = (ms: number): string => new Date(ms).toISOString()

interface EvidenceFile {
  now: string
  askedId: string | null
  key: Record<string, string | null> & { from: KeyEvidence['from'] }
  signature?: Evidence['signature']
  issuerName: string | null
  domainVerified: boolean
  receivedAt: string | null
  revocation: { revokedAt: string; reason: string } | 'unreachable' | null
  storedContent?: 'stored' | 'erased'
}

interface Expected {
  verdict: Verdict
  receiptId: string | null
  codes: Partial<Record<CheckName, CheckCode>>
  repair?: string
  malformed?: { reason: string; pointer: string }
}

function keyEvidence(key: EvidenceFile['key']): KeyEvidence {
  const entries = Object.entries(key).map(([name, value]) => [
    name,
    /At$|Since$/.test(name) && value !== null ? time(value) : value,
  ])
  return Object.fromEntries(entries) as KeyEvidence
}

function signatureOf(entry: Files, jws: string): Evidence['signature'] {
  const reading = readReceipt(jws)
  if (!reading.ok || !entry.has('key.jwk.json')) return 'not-checked'
  const jwk = readJwk(json(entry, 'key.jwk.json'))
  if (!jwk.ok || !admitKey(jwk.publicKey).ok) return 'not-checked'
  const { header, signingInput, signature } = reading.receipt
  if (thumbprint(jwk.publicKey) !== header.kid) return 'not-checked'
  return verifySignature(jwk.publicKey, signingInput, signature) ? 'good' : 'bad'
}

function givenOf(entry: Files): Evidence['given'] {
  const digest = entry.get('content-digest.txt')
  if (digest !== undefined) return { digest: decodeBase64url(digest)! }
  const text = entry.get('content.txt')
  if (text === undefined && !entry.has('content.hex')) return null
  const content = text === undefined ? hex(entry, 'content.hex') : encodeUtf8(text)
  return entry.has('secret.hex') ? { content, secret: hex(entry, 'secret.hex') } : { content }
}

function evidenceOf(entry: Files): Evidence {
  const file = json(entry, 'evidence.json') as EvidenceFile
  const jws = entry.get('receipt.jws')
  const { receivedAt, revocation } = file
  return {
    now: time(file.now),
    reading: jws === undefined ? null : readReceipt(jws),
    idExpected: file.askedId,
    key: keyEvidence(file.key),
    signature: file.signature ?? (jws === undefined ? 'not-checked' : signatureOf(entry, jws)),
    issuerName: file.issuerName,
    domainVerified: file.domainVerified,
    receivedAt: receivedAt === null || receivedAt === 'unreachable' ? receivedAt : time(receivedAt),
    revocation:
      revocation === null || revocation === 'unreachable'
        ? revocation
        : { ...revocation, revokedAt: time(revocation.revokedAt) },
    storedContent:
      file.storedContent === 'stored'
        ? { state: 'stored', bytes: encodeUtf8(entry.get('stored-content.txt')!) }
        : { state: file.storedContent ?? 'none' },
    log: null,
    given: givenOf(entry),
  }
}

describe('every published case has the outcome that its name promises', () => {
  test('the cases were found', () => expect(cases.size).toBeGreaterThan(150))

  const verdicts = [...cases].filter(([, entry]) => entry.has('evidence.json'))
  test.each(verdicts)('%s', (name, entry) => {
    const expected = json(entry, 'expected.json') as Expected
    const evidence = evidenceOf(entry)
    const { verdict, outcomes, facts } = judge(evidence)
    expect(verdict).toBe(expected.verdict)
    expect(outcomes).toMatchObject(expected.codes)
    expect(facts.repair).toBe(expected.repair ?? null)
    const { reading } = evidence
    if (reading?.ok) expect(reading.receipt.receiptId).toBe(expected.receiptId)
    else if (reading) expect(reading).toMatchObject(expected.malformed!)
    if (name.startsWith('malformed-')) expect(expected.malformed).toBeDefined()
    else expect(name.startsWith(verdict) || name.startsWith('golden-')).toBe(true)
    for (const code of Object.values(outcomes))
      expect(checkSentence(code, facts, formatTime)).toMatch(/^.{10,}\.$/u)
    expect(verdictSentence(verdict, facts, formatTime).says).toMatch(/^.{20,}\.$/u)
  })

  test.each(named(/^key-/))('%s', (_name, entry) => {
    const { admitted, reason } = json(entry, 'expected.json') as {
      admitted: boolean
      reason?: string
    }
    expect(admitKey(hex(entry, 'key.hex'))).toMatchObject(
      admitted ? { ok: true } : { ok: false, reason },
    )
  })

  test.each(named(/^signature-/))('%s', (_name, entry) => {
    const { good } = json(entry, 'expected.json') as { good: boolean }
    const signature = hex(entry, 'signature.hex')
    const found = verifySignature(hex(entry, 'key.hex'), hex(entry, 'message.hex'), signature)
    expect(found).toBe(good)
    if (good) expect(signatureWellFormed(signature)).toBe(true)
  })

  test.each(named(/^bundle-/))('%s', (_name, entry) => {
    const { ok, pointer } = json(entry, 'expected.json') as { ok: boolean; pointer?: string }
    const found = readBundleBytes(hex(entry, 'input.hex'))
    expect(found.ok).toBe(ok)
    if (!found.ok) expect(found.pointer).toBe(pointer)
  })

  test.each(named(/^json-/))('%s', (_name, entry) => {
    const { ok, value } = json(entry, 'expected.json') as { ok: boolean; value?: unknown }
    const found = parseJson(hex(entry, 'input.hex'))
    expect(found.ok).toBe(ok)
    if (found.ok) expect(found.value).toEqual(value)
  })
})
