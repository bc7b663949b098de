import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '#receipt/bytes.ts'
import { checkClaims } from '#receipt/claims.ts'
import { checkContent } from '#receipt/content.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { admitKey, readJwk, thumbprint } from '#receipt/key.ts'
import { readReceipt } from '#receipt/receipt.ts'
import { REPAIRS } from '#receipt/repairs.ts'
import { CHECKS, VERDICTS } from '#receipt/report.ts'
import { attempt } from '#receipt/shape.ts'

const spec = readFileSync(new URL('../sdk/SPEC.md', import.meta.url), 'utf8')

function block(info: string): string {
  const found = new RegExp('^```' + info + '\\n(.*?)^```$', 'ms').exec(spec)
  if (!found) throw new Error(`SPEC.md has no block ${info}`)
  return found[1]!
}

test('the example in SPEC.md is a real receipt: key, signature, content and id are right', () => {
  const reading = readReceipt(block('receipt').trimEnd())
  const jwk = readJwk(JSON.parse(block('json key')))
  expect(reading.ok && jwk.ok).toBe(true)
  if (!reading.ok || !jwk.ok) return
  const { receipt } = reading
  expect(admitKey(jwk.publicKey)).toEqual({ ok: true })
  expect(thumbprint(jwk.publicKey)).toBe(receipt.header.kid)
  expect(verifySignature(jwk.publicKey, receipt.signingInput, receipt.signature)).toBe(true)
  expect(receipt.receiptId).toBe(block('id').trimEnd())
  expect(receipt.header).toEqual(JSON.parse(block('json header')))
  expect(receipt.claims).toEqual(JSON.parse(block('json claims')))
  expect(checkContent(receipt.claims.content, encodeUtf8(block('text')))).toEqual({
    match: 'exact',
  })
})

test('13.10: a media type is of the form in SPEC.md exactly where the core takes it', () => {
  const token = /`T` for `(\[.+?\]\+)`/.exec(spec)![1]!
  const form = new RegExp(block('media-type').trimEnd().replaceAll('T', token))
  const taken: string[] = []
  const types = TYPES.flatMap((type) => TYPE_ENDS.map((end) => type + end))
  for (const type of types) {
    expect(isTaken(type), type).toBe(form.test(type))
    if (form.test(type)) taken.push(type)
  }
  expect(taken.length).toBeGreaterThan(10)
  expect(taken.length).toBeLessThan(types.length / 2)
})

const TYPES = [
  'text/plain',
  'a/b',
  "!#$%&'*+.^_`|~-/0",
  'text',
  '/',
  'te xt/plain',
  'text/plaïn',
  '',
]
const TYPE_ENDS = [
  '',
  ';a=b',
  ' \t;\ta=b; c="d"',
  '; a="b; c=d"',
  '; a=""',
  '; a="b\\"c"',
  '; a="b\\\\c"',
  '; a="b\tc"',
  '; a="é"',
  '; a="b"c',
  ';',
  '; ; a=b',
  '; a',
  '; a=',
  '; a =b',
  '; a= b',
  ' ',
  '\n',
]

function isTaken(type: string): boolean {
  const content = { alg: 'sha-256', digest: 'A'.repeat(43), length: 1, type, subject: 'text' }
  return attempt(
    () => {
      checkClaims({ v: 1, iss: 'acme', iat: 1, content })
      return true
    },
    () => false,
  )
}

test('every verdict, code and repair is in SPEC.md', () => {
  const codes = Object.values(CHECKS).flatMap((check) => Object.keys(check.codes))
  for (const word of [...VERDICTS, ...codes, ...Object.keys(REPAIRS)])
    expect(spec).toContain(`\`${word}\``)
})

test('the golden receipts are those that were issued, byte for byte', () => {
  const folder = new URL('vectors/', import.meta.url)
  const ids = readdirSync(folder)
    .filter((name) => name.startsWith('golden-'))
    .map((name) => {
      const jws = decodeUtf8(readFileSync(new URL(`${name}/receipt.jws`, folder)))
      const reading = readReceipt(jws ?? '')
      return [name, reading.ok ? reading.receipt.receiptId : reading.message]
    })
  // Only ever add to this list.
  expect(Object.fromEntries(ids)).toEqual({
    'golden-v1-all-claims': 'rec_dpry9hgfzk833prb086h5a3q0tgt09tq',
    'golden-v1-hmac': 'rec_csa690821ng8ys90r59vv2baxefkjeax',
    'golden-v1-minimal': 'rec_m33xjk8nva4cx8g7ffbb1mkymqe47whm',
  })
})
