import { expect, test } from 'vitest'
import { encodeBase64url, encodeUtf8 } from './bytes.ts'
import { contentDigest } from './content-digest.ts'
import type { Evidence } from './evidence.ts'
import { judge } from './judge.ts'
import { receiptDigest, receiptIdOf } from './id.ts'
import type { Reading } from './receipt.ts'
import { CHECKS, type CheckName, type ReceiptClaims } from './report.ts'
import { english } from './words.ts'

const NOW = 1_762_178_520_000
const text = encodeUtf8('yes')

function readingOf(more: Partial<ReceiptClaims> = {}): Reading {
  const digest = receiptDigest(JSON.stringify(more))
  return {
    ok: true,
    receipt: {
      jws: 'a.b.c',
      header: { alg: 'Ed25519', kid: 'k', typ: 'ai-receipt+jwt' },
      claims: {
        v: 1,
        iss: 'acme',
        iat: NOW / 1000,
        content: {
          alg: 'sha-256',
          digest: encodeBase64url(contentDigest('sha-256', text)!),
          length: 3,
          type: 'text/plain',
          subject: 'text',
        },
        ...more,
      },
      signature: new Uint8Array(64),
      signingInput: new Uint8Array(),
      digest,
      receiptId: receiptIdOf(digest),
    },
  }
}

const good: Evidence = {
  now: NOW,
  reading: readingOf(),
  idExpected: null,
  key: { from: 'portal', state: 'active' },
  signature: 'good',
  issuerName: 'Acme',
  domainVerified: true,
  receivedAt: NOW,
  revocation: null,
  storedContent: { state: 'none' },
  log: null,
  given: null,
}

test('any evidence gives one verdict, every check and every sentence', () => {
  const readings: Evidence['reading'][] = [
    null,
    { ok: false, reason: 'not_json', message: 'Not JSON at all.', pointer: '' },
    readingOf(),
    readingOf({ outcome: { status: 'partial', end: '\u202eevil' }, iat: Number.MAX_SAFE_INTEGER }),
  ]
  const keys: Evidence['key'][] = [
    { from: 'portal', state: 'active' },
    { from: 'portal', state: 'retired', retiredAt: NOW + 5 },
    { from: 'portal', state: 'revoked', revokedAt: NOW, compromisedSince: null, reason: null },
    { from: 'portal', state: 'revoked', revokedAt: NOW + 9, compromisedSince: null, reason: 'x' },
    { from: 'bundle' },
    { from: 'none' },
    { from: 'unreachable' },
  ]
  const stored: Evidence['storedContent'][] = [
    { state: 'none' },
    { state: 'erased' },
    { state: 'unreachable' },
    { state: 'stored', bytes: text },
    { state: 'stored', bytes: encodeUtf8('no!') },
  ]
  const given: Evidence['given'][] = [
    null,
    { content: text },
    { content: encodeUtf8('yes\n') },
    { content: encodeUtf8('no'), secret: new Uint8Array(32) },
    { digest: new Uint8Array(32) },
    { digest: new Uint8Array() },
  ]
  const received: Evidence['receivedAt'][] = [NOW, null, 'unreachable']
  const revocations: Evidence['revocation'][] = [
    null,
    { revokedAt: NOW, reason: 'r' },
    'unreachable',
  ]
  let count = 0
  const wrong: unknown[] = []
  for (const reading of readings)
    for (const key of keys)
      for (const signature of ['good', 'bad', 'not-checked', 'engines-disagree'] as const)
        for (const storedContent of stored)
          for (const one of given)
            for (const receivedAt of received)
              for (const revocation of revocations) {
                const more = { reading, key, signature, storedContent, given: one }
                const found = judge({ ...good, ...more, receivedAt, revocation })
                count++
                const { checks, facts, verdict, outcomes } = found
                const told = checks.map(({ check }) => check).join() === Object.keys(CHECKS).join()
                const said = checks.every(
                  ({ code, check }) =>
                    outcomes[check] === code &&
                    !/null|undefined|NaN/.test(english.checks[code](facts, String)),
                )
                const { says } = english.verdicts[verdict](facts, String)
                const named =
                  verdict === 'invalid' || key.from !== 'portal' ? says.includes('Acme') : false
                if (!told || !said || /null|undefined|NaN|\u202e/.test(says) || named)
                  wrong.push(found)
              }
  expect(wrong).toEqual([])
  expect(count).toBe(4 * 7 * 4 * 5 * 6 * 3 * 3)
})

test('a valid verdict needs a good signature by a published key, and everything else in reach', () => {
  expect(judge(good).verdict).toBe('valid')
  const worse: Partial<Evidence>[] = [
    { reading: null },
    { idExpected: 'rec_00000000000000000000000000000000' },
    { key: { from: 'none' } },
    { key: { from: 'bundle' } },
    { key: { from: 'unreachable' } },
    { signature: 'bad' },
    { signature: 'not-checked' },
    { signature: 'engines-disagree' },
    { receivedAt: 'unreachable' },
    { revocation: 'unreachable' },
    { revocation: { revokedAt: NOW, reason: '' } },
    { storedContent: { state: 'stored', bytes: encodeUtf8('Yes') } },
    { given: { content: encodeUtf8('Yes') } },
    { reading: readingOf({ iat: NOW / 1000 + 601 }) },
  ]
  for (const change of worse) expect(judge({ ...good, ...change }).verdict).not.toBe('valid')
})

test('a signature can not be good without a key', () => {
  for (const from of ['none', 'unreachable'] as const)
    expect(judge({ ...good, key: { from } }).outcomes.signature).toBe('signature_not_checked')
})

test('the name that an unknown signer claims is never a fact', () => {
  for (const from of ['none', 'bundle', 'unreachable'] as const) {
    const { facts, outcomes } = judge({ ...good, key: { from } })
    expect(facts.issuerName).toBe(null)
    expect(outcomes.domain).toBe('domain_not_verified')
  }
})

test('stored hmac content is checked where the holder gives the secret, and only there', () => {
  const secret = new Uint8Array(32).fill(7)
  const digest = encodeBase64url(contentDigest('hmac-sha-256', text, secret)!)
  const content = { alg: 'hmac-sha-256', digest, type: 'text/plain', subject: 'text' } as const
  const evidence: Evidence = {
    ...good,
    reading: readingOf({ content }),
    storedContent: { state: 'stored', bytes: text },
  }
  expect(judge(evidence).outcomes.stored_content).toBe('stored_content_not_checked')
  const given = { content: text, secret }
  const { outcomes } = judge({ ...evidence, given })
  expect(outcomes).toMatchObject({
    stored_content: 'stored_content_matches',
    content: 'content_exact',
  })
})

test('the checks are in the order in which the page shows them, each with its own status', () => {
  const { checks } = judge({ ...good, given: { content: encodeUtf8('yes\n') } })
  expect(checks.map(({ check }) => check)).toEqual(Object.keys(CHECKS) as CheckName[])
  expect(checks.find(({ check }) => check === 'content')).toEqual({
    axis: 'unchanged',
    check: 'content',
    status: 'warn',
    code: 'content_repaired',
  })
})

test('an answer is called complete only where its signer says so', () => {
  const sentence = (evidence: Evidence) =>
    english.checks.outcome_complete(judge(evidence).facts, String)
  expect(sentence({ ...good, reading: readingOf({ outcome: { status: 'complete' } }) })).toBe(
    'The answer is complete.',
  )
  expect(sentence(good)).toBe('The signer does not say that it was cut off.')
})

test('a reason that is a sentence ends once, and one that is not is ended', () => {
  const revoked = (reason: string) => {
    const { facts } = judge({ ...good, revocation: { revokedAt: NOW, reason } })
    return english.verdicts.revoked(facts, () => 'Monday').says
  }
  expect(revoked('Posted by mistake.')).toMatch(/ Reason given: “Posted by mistake\.”$/)
  expect(revoked('posted by mistake')).toMatch(/ Reason given: “posted by mistake”\.$/)
})

test('an exact match says that the text was not altered', () => {
  const { verdict, facts } = judge({ ...good, given: { content: text } })
  expect(english.verdicts[verdict](facts, String).says).toMatch(
    / Not altered since: your text is exactly what was signed\.$/,
  )
})
