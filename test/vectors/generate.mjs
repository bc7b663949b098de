// Writes the cases beside this file: `node test/vectors/generate.mjs`. Every expectation is written
// here by hand and none is computed by the code under test: signing is node:crypto's, hashing too,
// and only the odd curve points come from a library. Golden cases are written once and never again.
import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Point } from '@noble/ed25519'

const here = import.meta.dirname
for (const entry of readdirSync(here, { withFileTypes: true }))
  if (entry.isDirectory() && !entry.name.startsWith('golden-'))
    rmSync(join(here, entry.name), { recursive: true })

const L = Point.CURVE().n
const P = Point.CURVE().p
const sha256 = (bytes) => createHash('sha256').update(bytes).digest()
const sha512 = (...parts) => createHash('sha512').update(Buffer.concat(parts)).digest()
const b64 = (bytes) => Buffer.from(bytes).toString('base64url')
const le = (bytes) => BigInt('0x' + Buffer.from(bytes).reverse().toString('hex'))
const le32 = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse()

function keyFrom(name) {
  const seed = sha256(`counterfoil test key: ${name}`)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  const jwk = { kty: 'OKP', crv: 'Ed25519', x }
  const kid = b64(sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`))
  const hash = sha512(seed)
  hash[0] &= 248
  hash[31] = (hash[31] & 127) | 64
  const scalar = le(hash.subarray(0, 32)) % L
  return { privateKey, jwk, kid, scalar, bytes: Buffer.from(x, 'base64url') }
}
const acme = keyFrom('acme')
const other = keyFrom('other')

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
function idOf(jws) {
  let n = BigInt('0x' + sha256(jws).subarray(0, 20).toString('hex'))
  let id = ''
  for (let i = 0; i < 32; i++, n >>= 5n) id = ALPHABET[Number(n & 31n)] + id
  return `rec_${id}`
}

const IAT = 1762178520 // 2025-11-03T14:02:00Z
const iso = (seconds) => new Date(seconds * 1000).toISOString()
const TEXT = 'The capital of France is Paris.\n'
const SECRET = sha256('counterfoil test secret')
const digestOf = (content) => b64(sha256(content))
const hmacOf = (content, secret = SECRET) =>
  b64(
    createHmac('sha256', createHmac('sha256', secret).update('counterfoil/content/v1').digest())
      .update(content)
      .digest(),
  )

const contentOf = (bytes, more = {}) => ({
  alg: 'sha-256',
  digest: digestOf(bytes),
  length: Buffer.byteLength(bytes),
  type: 'text/plain; charset=utf-8',
  subject: 'text',
  ...more,
})
const HMAC_CONTENT = {
  alg: 'hmac-sha-256',
  digest: hmacOf('yes'),
  type: 'text/plain',
  subject: 'text',
}
const claimsOf = (more = {}) => ({
  v: 1,
  iss: 'acme',
  iat: IAT,
  content: contentOf(TEXT),
  ...more,
})
const HEADER = { alg: 'Ed25519', kid: acme.kid, typ: 'ai-receipt+jwt' }

/** Signs raw JSON texts or values, so that badly spelled JSON can carry a good signature. */
function signed(claims = claimsOf(), header = HEADER, key = acme) {
  const part = (value) =>
    b64(typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value))
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${b64(sign(null, Buffer.from(input), key.privateKey))}`
}
const without = (object, name) => {
  const { [name]: _, ...rest } = object
  return rest
}
const text = (value) => JSON.stringify(value)

let count = 0
function write(name, files) {
  const folder = join(here, name)
  if (name.startsWith('golden-') && existsSync(folder)) return
  if (existsSync(folder)) throw new Error(`two cases are called ${name}`)
  mkdirSync(folder)
  for (const [file, value] of Object.entries(files))
    if (value !== undefined)
      writeFileSync(
        join(folder, file),
        file.endsWith('.json') ? JSON.stringify(value, null, 2) + '\n' : value,
      )
  count++
}

/** A whole verification: receipt, what is known about it, and the verdict. */
function verdict(name, about, verdictName, codes, options = {}) {
  if (options.jws === null && verdictName !== 'not-found') throw new Error(name)
  const jws = options.jws === undefined ? signed(options.claims) : options.jws
  const evidence = {
    now: iso(IAT + 60),
    askedId: jws === null ? idOf('nothing') : idOf(jws),
    key: { from: 'portal', state: 'active' },
    issuerName: 'Acme Answers',
    domainVerified: false,
    receivedAt: iso(IAT + 1),
    revocation: null,
    ...options.evidence,
  }
  write(name, {
    'receipt.jws': jws ?? undefined,
    'key.jwk.json': options.key === null ? undefined : (options.key ?? acme).jwk,
    'evidence.json': evidence,
    'content.txt': typeof options.given === 'string' ? options.given : undefined,
    'content.hex': options.given instanceof Uint8Array ? hex(options.given) : undefined,
    'content-digest.txt': options.givenDigest,
    'stored-content.txt': options.stored,
    'secret.hex': options.secret ? hex(options.secret) : undefined,
    'expected.json': {
      about,
      verdict: verdictName,
      receiptId: jws === null || options.malformed ? null : idOf(jws),
      codes,
      ...(options.repair ? { repair: options.repair } : {}),
      ...(options.malformed ? { malformed: options.malformed } : {}),
    },
  })
}
const hex = (bytes) => Buffer.from(bytes).toString('hex')

// --- valid -------------------------------------------------------------------------------------
verdict('valid-minimal', 'The four required claims and nothing else.', 'valid', {
  format: 'well_formed',
  id: 'id_matches',
  signature: 'signature_good',
  content: 'content_not_supplied',
  outcome: 'outcome_complete',
  issuer: 'issuer_known',
  signing_key: 'key_active',
  received: 'received',
})
verdict(
  'valid-media-type-with-parameters',
  'Tabs around the semicolon, and a quoted string with a semicolon in it.',
  'valid',
  { content: 'content_exact' },
  { claims: claimsOf({ content: contentOf(TEXT, { type: 'text/x.y \t;\tcharset=utf-8; a="b; c=d"' }) }), given: TEXT },
)
verdict(
  'valid-eddsa-spelling',
  'EdDSA is the older spelling of the same algorithm.',
  'valid',
  { signature: 'signature_good' },
  { jws: signed(claimsOf(), { ...HEADER, alg: 'EdDSA' }) },
)
const FULL = claimsOf({
  jti: 'job-😀-1',
  model: 'gpt-x',
  provider: 'example',
  outcome: { status: 'complete', end: 'stop', chunks: 12, startedAt: IAT - 3, endedAt: IAT },
  prompt: { alg: 'hmac-sha-256', digest: hmacOf('question') },
  meta: { 'any name': 'any text: <b>מילה</b>', __proto__x: 'y' },
})
verdict('valid-all-claims', 'Every optional claim.', 'valid', { outcome: 'outcome_complete' }, {
  claims: FULL,
})
verdict(
  'valid-spaced-json',
  'The signed bytes are what counts: white space and member order are free.',
  'valid',
  { format: 'well_formed' },
  { jws: signed(JSON.stringify(claimsOf(), null, 2), JSON.stringify(HEADER, null, '\t')) },
)
verdict(
  'valid-proto-in-meta',
  'In meta, __proto__ is a name like any other.',
  'valid',
  { format: 'well_formed' },
  { jws: signed(text(claimsOf()).replace(/}$/, ',"meta":{"__proto__":"x","constructor":"y"}}')) },
)
verdict(
  'valid-longest-jti',
  '128 code points, each two UTF-16 units.',
  'valid',
  { format: 'well_formed' },
  { claims: claimsOf({ jti: '😀'.repeat(128) }) },
)
verdict(
  'valid-content-exact',
  'The given text is the signed text.',
  'valid',
  { content: 'content_exact' },
  { given: TEXT },
)
verdict(
  'valid-content-by-digest',
  'Only the SHA-256 of the text was given.',
  'valid',
  { content: 'content_exact' },
  { givenDigest: digestOf(TEXT) },
)
verdict(
  'valid-binary-content',
  'Bytes that are not text.',
  'valid',
  { content: 'content_exact' },
  {
    given: Uint8Array.of(0xff, 0xfe, 0, 1),
    claims: claimsOf({
      content: contentOf(Uint8Array.of(0xff, 0xfe, 0, 1), { type: 'image/png', subject: 'file' }),
    }),
  },
)
verdict(
  'valid-empty-content',
  'An answer of no bytes at all.',
  'valid',
  { content: 'content_exact' },
  { given: '', claims: claimsOf({ content: contentOf('') }) },
)
verdict(
  'valid-hmac-content',
  'Guessable content, compared with the holder’s secret.',
  'valid',
  { content: 'content_exact' },
  { given: 'yes', secret: SECRET, claims: claimsOf({ content: HMAC_CONTENT }) },
)
verdict(
  'valid-hmac-without-secret',
  'Without the secret nothing can be said about the content.',
  'valid',
  { content: 'content_not_checkable' },
  { given: 'yes', claims: claimsOf({ content: HMAC_CONTENT }) },
)
verdict(
  'valid-hmac-short-secret',
  'A secret has exactly 32 bytes.',
  'valid',
  { content: 'content_not_checkable' },
  { given: 'yes', secret: SECRET.subarray(0, 31), claims: claimsOf({ content: HMAC_CONTENT }) },
)
verdict(
  'valid-hmac-repaired',
  'Repairs work for keyed digests too.',
  'valid',
  { content: 'content_repaired' },
  {
    given: 'yes\n',
    secret: SECRET,
    repair: 'final_newline_removed',
    claims: claimsOf({ content: HMAC_CONTENT }),
  },
)
verdict(
  'valid-hmac-excerpts',
  'A Merkle root over the lines, allowed with a keyed digest only.',
  'valid',
  { format: 'well_formed' },
  {
    claims: claimsOf({
      content: {
        ...HMAC_CONTENT,
        excerpts: { unit: 'line', count: 0, root: digestOf('') },
      },
    }),
  },
)
const repairs = [
  ['line_feeds', 'a\nb\n', 'a\r\nb\r\n'],
  ['carriage_returns', 'a\r\nb\r\n', 'a\nb\n'],
  ['final_newline_removed', 'a\nb', 'a\nb\n'],
  ['final_newline_added', 'a\nb\n', 'a\nb'],
  ['trailing_spaces_removed', 'a\nb', 'a  \nb\t '],
  ['bom_removed', 'a\nb', '\ufeffa\nb'],
  ['bom_added', '\ufeffa\nb', 'a\nb'],
  ['nfc', 'caf\u00e9', 'cafe\u0301'],
  ['nfd', 'cafe\u0301', 'caf\u00e9'],
  ['line_feeds_final_newline_removed', 'a\nb', 'a\r\nb\r\n'],
  ['line_feeds_final_newline_added', 'a\nb\n', 'a\r\nb'],
  ['line_feeds_bom_removed', 'a\nb\n', '\ufeffa\r\nb\r\n'],
]
for (const [repair, was, given] of repairs)
  verdict(
    `valid-repaired-${repair.replaceAll('_', '-')}`,
    'The given text is the signed text after one named repair.',
    'valid',
    { content: 'content_repaired' },
    { given, repair, claims: claimsOf({ content: contentOf(was) }) },
  )
verdict(
  'valid-stored-content',
  'The stored text still has the signed digest.',
  'valid',
  { stored_content: 'stored_content_matches' },
  { stored: TEXT, evidence: { storedContent: 'stored' } },
)
verdict(
  'valid-content-erased',
  'Erasing the text does not break the receipt.',
  'valid',
  { stored_content: 'content_erased' },
  { evidence: { storedContent: 'erased' } },
)
verdict(
  'valid-domain-verified',
  'A verified domain is one more pass.',
  'valid',
  { domain: 'domain_verified' },
  { evidence: { domainVerified: true } },
)
verdict(
  'valid-time-gap',
  'Signed eleven minutes before it was received: a warning, no more.',
  'valid',
  { issued_at: 'time_gap' },
  { evidence: { receivedAt: iso(IAT + 660), now: iso(IAT + 700) } },
)
verdict(
  'valid-ten-minutes-ahead',
  'Ten minutes are allowed, to the second.',
  'valid',
  { issued_at: 'issued_at_plausible' },
  { evidence: { receivedAt: iso(IAT - 600), now: iso(IAT) } },
)
verdict(
  'valid-ten-minutes-behind',
  'Ten minutes are allowed, to the second.',
  'valid',
  { issued_at: 'issued_at_plausible' },
  { evidence: { receivedAt: iso(IAT + 600), now: iso(IAT + 700) } },
)
verdict(
  'valid-not-logged',
  'A published key in use, but the receipt is not stored here.',
  'valid',
  { received: 'not_logged', log: 'log_not_checked', id: 'id_not_checked' },
  { evidence: { receivedAt: null, askedId: null } },
)
function sized(bytes, header) {
  // 31 values of one length, and one that fills up what is missing.
  for (let fill = 1; fill <= 512; fill++) {
    const meta = Object.fromEntries(
      Array.from({ length: 32 }, (_, i) => [`m${i}`, 'x'.repeat(i ? 372 : fill)]),
    )
    const jws = signed(claimsOf({ meta }), header)
    if (jws.length === bytes) return jws
  }
  return null
}
const EDDSA = { ...HEADER, alg: 'EdDSA' }
verdict(
  'valid-largest-receipt',
  'Exactly 16,384 bytes.',
  'valid',
  { format: 'well_formed' },
  { jws: sized(16384, HEADER) ?? sized(16384, EDDSA) },
)

// --- valid when signed, revoked, not to be checked ---------------------------------------------
verdict(
  'valid-key-retired-after-receipt',
  'The key was retired later.',
  'valid-key-retired',
  { signing_key: 'key_retired' },
  { evidence: { key: { from: 'portal', state: 'retired', retiredAt: iso(IAT + 30) } } },
)
const revokedKey = (revokedAt, compromisedSince = null) => ({
  key: {
    from: 'portal',
    state: 'revoked',
    revokedAt: iso(revokedAt),
    compromisedSince: compromisedSince === null ? null : iso(compromisedSince),
    reason: 'laptop stolen',
  },
})
verdict(
  'valid-key-retired-revoked-later',
  'The key was revoked after this receipt was received, with no earlier cut.',
  'valid-key-retired',
  { signing_key: 'key_revoked_after' },
  { evidence: revokedKey(IAT + 30) },
)
verdict(
  'revoked-receipt',
  'The issuer revoked this receipt.',
  'revoked',
  { revocation: 'receipt_revoked' },
  { evidence: { revocation: { revokedAt: iso(IAT + 30), reason: 'sent to the wrong customer' } } },
)
verdict(
  'revoked-key-at-the-cut',
  'Received in the very second of the cut.',
  'revoked',
  { signing_key: 'key_revoked_before' },
  { evidence: revokedKey(IAT + 1) },
)
verdict(
  'revoked-key-compromised-earlier',
  'Revoked later, but known to others since before this receipt was received.',
  'revoked',
  { signing_key: 'key_revoked_before' },
  { evidence: revokedKey(IAT + 30, IAT) },
)
verdict(
  'revoked-key-not-logged',
  'Nothing shows that it is older than the revocation, whatever its iat says.',
  'revoked',
  { signing_key: 'key_revoked_before' },
  { evidence: { ...revokedKey(IAT + 30), receivedAt: null } },
)
verdict(
  'cannot-check-retired-not-logged',
  'A retired key and no time but the signer’s own.',
  'cannot-check',
  { received: 'no_time_evidence' },
  {
    evidence: {
      key: { from: 'portal', state: 'retired', retiredAt: iso(IAT + 30) },
      receivedAt: null,
    },
  },
)
verdict(
  'cannot-check-key-unreachable',
  'The keys could not be read.',
  'cannot-check',
  { issuer: 'issuer_not_checked', signature: 'signature_not_checked' },
  { key: null, evidence: { key: { from: 'unreachable' } } },
)
verdict(
  'cannot-check-revocation-unreachable',
  'An unreachable list of revocations never means that nothing was revoked.',
  'cannot-check',
  { revocation: 'revocation_not_checked' },
  { evidence: { revocation: 'unreachable' } },
)
verdict(
  'cannot-check-time-unreachable',
  'When it was received could not be read.',
  'cannot-check',
  { received: 'received_not_checked' },
  { evidence: { receivedAt: 'unreachable' } },
)
verdict(
  'cannot-check-engines-disagree',
  'Two engines gave two answers.',
  'cannot-check',
  { signature: 'engines_disagree' },
  { evidence: { signature: 'engines-disagree' } },
)
verdict(
  'unknown-issuer-no-key',
  'No key is published for this issuer and kid.',
  'unknown-issuer',
  { issuer: 'issuer_unknown', signature: 'signature_not_checked' },
  { key: null, evidence: { key: { from: 'none' }, receivedAt: null, issuerName: null } },
)
verdict(
  'unknown-issuer-good-with-bundle-key',
  'The key in the bundle fits, but anybody can make a bundle.',
  'unknown-issuer',
  { issuer: 'issuer_unknown', signature: 'signature_good_bundle_key' },
  { evidence: { key: { from: 'bundle' }, receivedAt: null, issuerName: null } },
)
verdict(
  'not-found-nothing-stored',
  'No receipt under this id.',
  'not-found',
  { format: 'not_found', signature: 'signature_not_checked', issuer: 'issuer_not_checked' },
  { jws: null, key: null, evidence: { key: { from: 'none' }, receivedAt: null } },
)

// --- differs, partial -----------------------------------------------------------------------------
verdict(
  'differs-one-letter',
  'One letter is another.',
  'differs',
  { content: 'content_differs', signature: 'signature_good' },
  { given: TEXT.replace('P', 'p') },
)
verdict(
  'differs-two-final-newlines',
  'No repair takes two line breaks away.',
  'differs',
  { content: 'content_differs' },
  { given: TEXT + '\n\n' },
)
verdict(
  'differs-invalid-utf8',
  'Bytes that are not text are compared exactly, and not repaired.',
  'differs',
  { content: 'content_differs' },
  { given: Buffer.concat([Buffer.from(TEXT), Buffer.from([0xff])]) },
)
verdict(
  'differs-signed-length-lies',
  'The digest fits, but the signed length is another: both have to fit.',
  'differs',
  { content: 'content_differs' },
  { given: TEXT, claims: claimsOf({ content: contentOf(TEXT, { length: 5 }) }) },
)
verdict(
  'differs-by-digest',
  'Another SHA-256 was given.',
  'differs',
  { content: 'content_differs' },
  { givenDigest: digestOf('something else') },
)
verdict(
  'differs-hmac-wrong-secret',
  'The right text under another secret.',
  'differs',
  { content: 'content_differs' },
  { given: 'yes', secret: sha256('another'), claims: claimsOf({ content: HMAC_CONTENT }) },
)
verdict(
  'differs-before-partial',
  'Another text weighs more than an incomplete answer.',
  'differs',
  { content: 'content_differs', outcome: 'outcome_partial' },
  { given: 'no', claims: claimsOf({ outcome: { status: 'partial' } }) },
)
for (const status of ['partial', 'failed', 'started'])
  verdict(
    `partial-${status}`,
    'A genuine receipt for an answer that did not end as it should.',
    'partial',
    { outcome: `outcome_${status}` },
    { claims: claimsOf({ outcome: { status, end: 'aborted' } }) },
  )

// --- invalid ----------------------------------------------------------------------------------
const [h0, c0, s0] = signed().split('.')
const goodSignature = Buffer.from(s0, 'base64url')
const input0 = Buffer.from(`${h0}.${c0}`)
verdict(
  'invalid-one-bit-changed',
  'One bit of the time, one second in the end.',
  'invalid',
  { signature: 'signature_bad' },
  { jws: `${h0}.${b64(text(claimsOf({ iat: IAT ^ 1 })))}.${s0}` },
)
verdict(
  'invalid-signature-bit-changed',
  'One bit of R.',
  'invalid',
  { signature: 'signature_bad' },
  { jws: `${h0}.${c0}.${b64(goodSignature.map((byte, i) => (i === 3 ? byte ^ 1 : byte)))}` },
)
verdict(
  'invalid-signed-by-another-key',
  'Another key signed in the name of the published one.',
  'invalid',
  { signature: 'signature_bad' },
  { jws: signed(claimsOf(), HEADER, other) },
)
verdict(
  'invalid-signature-s-plus-l',
  'S + L would be a second signature, and a second id, for the same receipt.',
  'invalid',
  { signature: 'signature_bad' },
  {
    jws: `${h0}.${c0}.${b64(
      Buffer.concat([goodSignature.subarray(0, 32), le32(le(goodSignature.subarray(32)) + L)]),
    )}`,
  },
)
const R0 = Buffer.from(Point.ZERO.toBytes())
const k0 = le(sha512(R0, acme.bytes, Buffer.from(`${h0}.${c0}`)))
verdict(
  'invalid-signature-r-identity',
  'R is the identity and the equation holds: some engines take it.',
  'invalid',
  { signature: 'signature_bad' },
  { jws: `${h0}.${c0}.${b64(Buffer.concat([R0, le32((k0 * acme.scalar) % L)]))}` },
)
verdict(
  'invalid-bad-with-bundle-key',
  'The key in the bundle does not even fit.',
  'invalid',
  { signature: 'signature_bad', issuer: 'issuer_unknown' },
  {
    jws: signed(claimsOf(), HEADER, other),
    evidence: { key: { from: 'bundle' }, receivedAt: null, issuerName: null },
  },
)
verdict(
  'invalid-under-another-id',
  'A good receipt under another receipt’s link.',
  'invalid',
  { id: 'id_mismatch', signature: 'signature_good' },
  { evidence: { askedId: idOf('another') } },
)
verdict(
  'invalid-stored-content-altered',
  'The stored text was changed by one letter.',
  'invalid',
  { stored_content: 'stored_content_altered' },
  { stored: TEXT.replace('P', 'p'), evidence: { storedContent: 'stored' } },
)
verdict(
  'invalid-from-the-future',
  'One second more than ten minutes after it was received.',
  'invalid',
  { issued_at: 'issued_in_future' },
  { evidence: { receivedAt: iso(IAT - 601), now: iso(IAT + 5000) } },
)
verdict(
  'invalid-from-the-future-not-logged',
  'One second more than ten minutes after now.',
  'invalid',
  { issued_at: 'issued_in_future' },
  { evidence: { receivedAt: null, now: iso(IAT - 601) } },
)
verdict(
  'invalid-beyond-any-calendar',
  'The largest number JSON can carry is a time that no date can show.',
  'invalid',
  { issued_at: 'issued_in_future' },
  { claims: claimsOf({ iat: Number.MAX_SAFE_INTEGER }) },
)

// --- malformed ---------------------------------------------------------------------------------
function malformed(name, about, jws, reason, pointer) {
  if (typeof jws !== 'string') throw new Error(`no receipt for ${name}`)
  const codes = { format: 'malformed', signature: 'signature_not_checked' }
  verdict(`malformed-${name}`, about, 'invalid', codes, { jws, malformed: { reason, pointer } })
}
const good = signed()
malformed('padded-signature', 'A second spelling.', `${good}==`, 'not_base64url', '/signature')
malformed('trailing-newline', 'A second spelling.', `${good}\n`, 'not_base64url', '/signature')
const last = good.at(-1)
const B64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
malformed(
  'unused-bits',
  'The last character carries bits that belong to no byte.',
  good.slice(0, -1) + B64[B64.indexOf(last) ^ 1],
  'not_base64url',
  '/signature',
)
malformed('standard-base64', '+ is another alphabet.', `+${good}`, 'not_base64url', '/header')
malformed('two-parts', 'No signature part.', `${h0}.${c0}`, 'not_three_parts', '')
malformed('four-parts', 'One part too many.', `${good}.AA`, 'not_three_parts', '')
malformed('empty-header', 'An empty part.', `.${c0}.${s0}`, 'not_base64url', '/header')
malformed('empty', 'Nothing at all.', '', 'not_three_parts', '')
malformed(
  'short-signature',
  '63 bytes.',
  `${h0}.${c0}.${b64(goodSignature.subarray(0, 63))}`,
  'wrong_length',
  '/signature',
)
malformed(
  'too-large',
  '16,385 bytes or a little more.',
  sized(16385, HEADER) ?? sized(16386, HEADER),
  'too_large',
  '',
)
const header = (name, about, value, reason, pointer) =>
  malformed(`header-${name}`, about, signed(claimsOf(), value), reason, pointer)
header('jwk', 'A receipt never brings its key.', { ...HEADER, jwk: acme.jwk }, 'unknown_member', '/header/jwk')
header('jku', 'No URL in a receipt is fetched.', { ...HEADER, jku: 'https://example.com' }, 'unknown_member', '/header/jku')
header('crit', 'No extensions.', { ...HEADER, crit: ['b64'], b64: false }, 'unknown_member', '/header/crit')
header('alg-none', 'No signature is no receipt.', { ...HEADER, alg: 'none' }, 'wrong_value', '/header/alg')
header('alg-hs256', 'Another algorithm.', { ...HEADER, alg: 'HS256' }, 'wrong_value', '/header/alg')
header('typ-jwt', 'A login token is no receipt.', { ...HEADER, typ: 'JWT' }, 'wrong_value', '/header/typ')
header('kid-missing', 'Which key?', without(HEADER, 'kid'), 'missing_member', '/header/kid')
header('kid-short', 'Not a thumbprint.', { ...HEADER, kid: 'key-1' }, 'not_base64url', '/header/kid')
header('list', 'Not an object.', [HEADER], 'not_an_object', '/header')
const claims = (name, about, value, reason, pointer) =>
  malformed(`claims-${name}`, about, signed(value), reason, `/claims${pointer}`)
claims('unknown', 'Closed.', claimsOf({ sub: 'x' }), 'unknown_member', '/sub')
claims('reserved', 'Kept for SD-JWT.', claimsOf({ _sd: [] }), 'reserved_member', '/_sd')
claims('reserved-in-meta', 'In meta too.', claimsOf({ meta: { '...': 'x' } }), 'reserved_member', '/meta/...')
for (const name of ['v', 'iss', 'iat', 'content'])
  claims(`${name}-missing`, 'Required.', without(claimsOf(), name), 'missing_member', `/${name}`)
claims('version-2', 'An unknown version.', claimsOf({ v: 2 }), 'wrong_value', '/v')
claims('version-text', 'A number, not text.', claimsOf({ v: '1' }), 'wrong_value', '/v')
claims('iss-upper-case', 'Not a slug.', claimsOf({ iss: 'Acme' }), 'wrong_value', '/iss')
claims('iss-newline', 'Not a slug either.', claimsOf({ iss: 'acme\n' }), 'wrong_value', '/iss')
claims('iss-64', 'One too long.', claimsOf({ iss: 'a'.repeat(64) }), 'wrong_value', '/iss')
claims('iat-negative', 'Before 1970.', claimsOf({ iat: -1 }), 'wrong_value', '/iat')
claims('iat-text', 'Text.', claimsOf({ iat: '1' }), 'wrong_type', '/iat')
claims('iat-null', 'Null is no number.', claimsOf({ iat: null }), 'wrong_type', '/iat')
const spelled = (iat) => text(claimsOf()).replace(String(IAT), iat)
for (const [name, iat] of [
  ['fraction', '1.0'],
  ['exponent', '1e9'],
  ['minus-zero', '-0'],
  ['unsafe', '9007199254740992'],
  ['leading-zero', '01'],
])
  claims(`iat-${name}`, 'A number has one spelling.', spelled(iat), 'not_json', '')
const content = (name, about, more, reason, member, base = contentOf(TEXT)) =>
  claims(`content-${name}`, about, claimsOf({ content: { ...base, ...more } }), reason, `/content/${member}`)
content('alg-md5', 'Unknown.', { alg: 'md5' }, 'wrong_value', 'alg')
content('digest-padded', '44 characters.', { digest: digestOf(TEXT) + '=' }, 'not_base64url', 'digest')
const d0 = digestOf(TEXT)
content(
  'digest-unused-bits',
  'The last character carries bits that belong to no byte.',
  { digest: d0.slice(0, -1) + B64[B64.indexOf(d0.at(-1)) ^ 1] },
  'not_base64url',
  'digest',
)
content('length-missing', 'Required here.', { length: undefined }, 'missing_member', 'length')
content('length-with-hmac', 'It would tell.', { length: 3 }, 'not_allowed_here', 'length', HMAC_CONTENT)
content(
  'excerpts-with-sha-256',
  'A hidden line could be guessed.',
  { excerpts: { unit: 'line', count: 1, root: d0 } },
  'not_allowed_here',
  'excerpts',
)
content('type-not-media', 'Markup.', { type: '<script>' }, 'wrong_value', 'type')
for (const [name, type] of [
  ['quoted-pair', 'text/plain; a="b\\"c"'],
  ['quoted-tab', 'text/plain; a="b\tc"'],
  ['quoted-not-ascii', 'text/plain; a="é"'],
  ['empty-parameter', 'text/plain;'],
  ['empty-parameter-between', 'text/plain; ; a=b'],
  ['parameter-without-value', 'text/plain; a'],
  ['space-before-equals', 'text/plain; a =b'],
  ['space-at-end', 'text/plain '],
])
  content(`type-${name}`, 'Not of the form in SPEC.md.', { type }, 'wrong_value', 'type')
content('type-256', 'Too long.', { type: `text/${'x'.repeat(251)}` }, 'wrong_length', 'type')
content('subject-unknown', 'Unknown.', { subject: 'image' }, 'wrong_value', 'subject')
content('unknown-member', 'Closed.', { url: 'x' }, 'unknown_member', 'url')
claims('jti-empty', 'At least 1.', claimsOf({ jti: '' }), 'wrong_length', '/jti')
claims('jti-129', 'At most 128.', claimsOf({ jti: '😀'.repeat(129) }), 'wrong_length', '/jti')
claims(
  'jti-started',
  'The end of the job needs the place.',
  claimsOf({ jti: 'a', outcome: { status: 'started' } }),
  'not_allowed_here',
  '/jti',
)
claims('outcome-unknown', 'Unknown.', claimsOf({ outcome: { status: 'ok' } }), 'wrong_value', '/outcome/status')
claims('outcome-end-65', 'Too long.', claimsOf({ outcome: { status: 'failed', end: 'x'.repeat(65) } }), 'wrong_length', '/outcome/end')
claims('prompt-no-digest', 'Both or none.', claimsOf({ prompt: { alg: 'sha-256' } }), 'missing_member', '/prompt/digest')
claims(
  'meta-33',
  'At most 32.',
  claimsOf({ meta: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`m${i}`, 'x'])) }),
  'too_many_members',
  '/meta',
)
claims('meta-number', 'Text to text.', claimsOf({ meta: { a: 1 } }), 'wrong_type', '/meta/a')
claims('meta-value-513', 'Too long.', claimsOf({ meta: { a: 'x'.repeat(513) } }), 'wrong_length', '/meta/a')
const raw = (name, about, value) => claims(name, about, value, 'not_json', '')
raw('duplicate', 'The same name twice.', text(claimsOf()).replace('{', '{"iss":"eve",'))
raw('duplicate-escaped', 'Twice, once with an escape.', text(claimsOf()).replace('{', '{"\\u0069ss":"eve",'))
raw('lone-surrogate', 'Half a character.', text(claimsOf({ jti: '@' })).replace('@', '\\ud800'))
raw('nul', 'NUL.', text(claimsOf({ jti: '@' })).replace('@', '\\u0000'))
raw('non-character', 'Reserved for ever.', text(claimsOf({ jti: '@' })).replace('@', '\\uffff'))
raw('bom', 'An invisible start.', '\ufeff' + text(claimsOf()))
raw('not-utf8', 'A byte that is no text.', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]))
raw('trailing-data', 'Two values.', text(claimsOf()) + '{}')
claims('deep', 'Seventeen levels.', '['.repeat(17) + ']'.repeat(17), 'not_json', '')

// --- JSON by itself --------------------------------------------------------------------------------
const json = (name, input, value) =>
  write(`json-${value === undefined ? 'refused' : 'accepted'}-${name}`, {
    'input.hex': hex(Buffer.from(input)),
    'expected.json': { ok: value !== undefined, ...(value === undefined ? {} : { value }) },
  })
json('words', ' [true, false, null] ', [true, false, null])
json('escapes', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"', '"\\/\b\f\n\r\té😀')
json('integers', '[0,-1,9007199254740991,-9007199254740991]', [0, -1, 9007199254740991, -9007199254740991])
json('sixteen-levels', '['.repeat(16) + ']'.repeat(16), JSON.parse('['.repeat(16) + ']'.repeat(16)))
json('two-thousand-values', `[${Array(1999).fill(0)}]`, Array(1999).fill(0))
for (const [name, input] of [
  ['empty', ''],
  ['comma-at-end', '[1,]'],
  ['comma-in-object', '{"a":1,}'],
  ['single-quotes', "{'a':1}"],
  ['comment', '[1/**/]'],
  ['control-character', '"\u0001"'],
  ['unknown-escape', '"\\x41"'],
  ['short-escape', '"\\u00e"'],
  ['unclosed', '{"a":[1'],
  ['plus', '+1'],
  ['nan', 'NaN'],
  ['hex-number', '0x10'],
  ['duplicate-proto', '{"__proto__":1,"__proto__":2}'],
  ['swapped-surrogates', '"\\ude00\\ud83d"'],
  ['non-character-beyond', Buffer.from('22f09fbfbe22', 'hex')],
  ['surrogate-in-utf8', Buffer.from('22eda08022', 'hex')],
  ['overlong', Buffer.from('22e0808022', 'hex')],
  ['beyond-unicode', Buffer.from('22f490808022', 'hex')],
  ['cut-off-utf8', Buffer.from('22e282', 'hex')],
  ['no-break-space', '\u00a01'],
  ['too-many-values', `[${Array(2000).fill(0)}]`],
])
  json(name, input)

// --- bundles, by their files alone -----------------------------------------------------------------
const bundle = (name, bytes, pointer) =>
  write(`bundle-${pointer === undefined ? 'accepted' : 'refused'}-${name}`, {
    'input.hex': hex(Buffer.from(bytes)),
    'expected.json': { ok: pointer === undefined, ...(pointer === undefined ? {} : { pointer }) },
  })
const KEY = { jwk: acme.jwk, state: 'active', publishedAt: '2025-11-01T09:00:00.000Z' }
const BUNDLE = { v: 1, receipt: good, content: { text: TEXT }, keys: [KEY] }
const BARE = text(without(BUNDLE, 'content'))
const spelt = text(BUNDLE)
const SPELT_TEXT = text(TEXT).slice(1, -1)
bundle('plain', spelt)
bundle('without-content', BARE)
bundle('content-as-base64', text({ ...BUNDLE, content: { base64: Buffer.from(TEXT).toString('base64') } }))
bundle('spaced', JSON.stringify(BUNDLE, null, 2))
bundle('key-with-more-members', text({ ...BUNDLE, keys: [{ ...KEY, jwk: { ...acme.jwk, use: 'sig', n: 1 } }] }))
bundle('hundred-keys', text({ ...BUNDLE, keys: Array(100).fill(KEY) }))
for (const [name, input, pointer = ''] of [
  ['receipt-twice', spelt.replace('{', `{"receipt":${text(`${h0}.${c0}`)},`)],
  ['content-twice', spelt.replace('{', '{"content":{"text":"Another text."},')],
  ['content-twice-escaped', spelt.replace('{', '{"c\\u006fntent":{"text":"Another text."},')],
  ['text-twice', spelt.replace('"text":', '"text":"Another text.","text":')],
  ['key-state-twice', spelt.replace('"state":', '"state":"revoked","state":')],
  ['version-fraction', spelt.replace('"v":1', '"v":1.0')],
  ['version-exponent', spelt.replace('"v":1', '"v":1e0')],
  ['fraction-in-key', spelt.replace('"kty"', '"n":1.5,"kty"')],
  ['nul-in-text', spelt.replace(SPELT_TEXT, 'a\\u0000b')],
  ['non-character-in-text', spelt.replace(SPELT_TEXT, 'a\\ufffeb')],
  ['lone-surrogate-in-text', spelt.replace(SPELT_TEXT, 'a\\ud800b')],
  ['bom', '\ufeff' + spelt],
  ['comma-at-end', spelt.replace(/}$/, ',}')],
  ['cut-off', spelt.slice(0, -9)],
  ['seventeen-levels', spelt.replace('"kty"', `"n":${'['.repeat(12)}${']'.repeat(12)},"kty"`)],
  ['too-many-values', spelt.replace('"kty"', `"n":[${Array(2000).fill(0)}],"kty"`)],
  ['version-text', text({ ...BUNDLE, v: '1' }), '/v'],
  ['version-2', text({ ...BUNDLE, v: 2 }), '/v'],
  ['unknown-member', text({ ...BUNDLE, note: 'x' }), '/note'],
  ['reserved-member', text({ ...BUNDLE, _sd: [] }), '/_sd'],
  ['receipt-number', text({ ...BUNDLE, receipt: 7 }), '/receipt'],
  ['content-both', text({ ...BUNDLE, content: { text: 'a', base64: 'YQ==' } }), '/content'],
  ['content-neither', text({ ...BUNDLE, content: {} }), '/content'],
  ['content-null', text({ ...BUNDLE, content: null }), '/content'],
  ['base64-without-padding', text({ ...BUNDLE, content: { base64: 'YQ' } }), '/content/base64'],
  ['private-key', text({ ...BUNDLE, keys: [{ ...KEY, jwk: { ...acme.jwk, d: acme.jwk.x } }] }), '/keys/0/jwk'],
  ['key-state-unknown', text({ ...BUNDLE, keys: [{ ...KEY, state: 'good' }] }), '/keys/0/state'],
  ['key-time-without-zone', text({ ...BUNDLE, keys: [{ ...KEY, publishedAt: '2025-11-01T09:00:00' }] }), '/keys/0/publishedAt'],
  ['keys-101', text({ ...BUNDLE, keys: Array(101).fill(KEY) }), '/keys'],
  ['list', text([BUNDLE])],
])
  bundle(name, input, pointer)

// --- keys -------------------------------------------------------------------------------------
const key = (name, bytes, reason) =>
  write(`key-${reason ? 'refused' : 'admitted'}-${name}`, {
    'key.hex': hex(bytes),
    'expected.json': { admitted: !reason, ...(reason ? { reason } : {}) },
  })
key('ordinary', acme.bytes)
key('base-point', Point.BASE.toBytes())
const timesL = (point) => point.multiply(L - 1n, false).add(point)
let torsion = Point.ZERO
for (let y = 2n; torsion.clearCofactor().is0() && !isOrder8(torsion); y++)
  try {
    torsion = timesL(Point.fromBytes(le32(y)))
  } catch {}
function isOrder8(point) {
  return !point.double().double().is0()
}
for (let i = 1n; i < 8n; i++)
  key(`small-order-${i}`, torsion.multiply(i, false).toBytes(), 'small_order')
key('identity', Point.ZERO.toBytes(), 'identity')
key('mixed-order', Point.fromBytes(acme.bytes).add(torsion).toBytes(), 'mixed_order')
key('mixed-order-2', Point.fromBytes(acme.bytes).add(torsion.multiply(4n, false)).toBytes(), 'mixed_order')
key('identity-plus-p', le32(P + 1n), 'not_canonical')
key('zero-plus-p', le32(P), 'not_canonical')
key('minus-zero-x', Buffer.concat([le32(1n).subarray(0, 31), Buffer.from([0x80])]), 'not_canonical')
let odd = 3n
for (; ; odd++)
  try {
    Point.fromBytes(le32(odd))
    break
  } catch {}
key('non-canonical-y', le32(P + odd), 'not_canonical')
key('not-on-curve', le32(2n), 'not_on_curve')
key('31-bytes', acme.bytes.subarray(0, 31), 'wrong_length')
key('33-bytes', Buffer.concat([acme.bytes, Buffer.from([0])]), 'wrong_length')

// --- signatures ---------------------------------------------------------------------------------
const message = Buffer.from('counterfoil')
const signature = (name, isGood, r, s, about) =>
  write(`signature-${isGood ? 'good' : 'bad'}-${name}`, {
    'key.hex': hex(acme.bytes),
    'message.hex': hex(message),
    'signature.hex': hex(Buffer.concat([r, s])),
    'expected.json': { about, good: isGood },
  })
const plain = sign(null, message, acme.privateKey)
const [R, S] = [plain.subarray(0, 32), plain.subarray(32)]
signature('ordinary', true, R, S, 'As RFC 8032 makes it.')
signature('s-plus-l', false, R, le32(le(S) + L), 'S must be below L.')
signature('s-is-l', false, R, le32(L), 'S must be below L.')
signature('63-bytes', false, R, S.subarray(0, 31), '64 bytes.')
const challenge = (r) => le(sha512(r, acme.bytes, message)) % L
/** S for any R = r·B + torsion: good where the check multiplies by the cofactor. */
const answer = (r, nonce) => le32((nonce + challenge(r) * acme.scalar) % L)
const identity = Buffer.from(Point.ZERO.toBytes())
signature('r-identity', false, identity, answer(identity, 0n), 'R may not be the identity.')
const identity2 = le32(P + 1n)
signature('r-identity-plus-p', false, identity2, answer(identity2, 0n), 'Nor in another spelling.')
for (const order of [1n, 2n, 4n]) {
  const small = Buffer.from(torsion.multiply(order, false).toBytes())
  signature(`r-small-order-${8n / order}`, false, small, answer(small, 0n), 'Good only with the cofactor.')
  const mixed = Buffer.from(Point.BASE.multiply(7n).add(torsion.multiply(order, false)).toBytes())
  signature(`r-mixed-order-${8n / order}`, false, mixed, answer(mixed, 7n), 'Good only with the cofactor.')
}
const chosen = Buffer.from(Point.BASE.multiply(7n).toBytes())
signature('chosen-nonce', true, chosen, answer(chosen, 7n), 'Any nonce gives a good signature.')

// --- golden: these stay valid for ever -------------------------------------------------------------
const golden = (name, about, options, codes = {}) =>
  verdict(`golden-${name}`, about, 'valid', { signature: 'signature_good', ...codes }, options)
golden('v1-minimal', 'Version 1, required claims only.', { given: TEXT }, { content: 'content_exact' })
golden('v1-all-claims', 'Version 1, every claim.', { claims: FULL, given: TEXT }, { content: 'content_exact' })
golden(
  'v1-hmac',
  'Version 1, keyed digest.',
  { claims: claimsOf({ content: HMAC_CONTENT }), given: 'yes', secret: SECRET },
  { content: 'content_exact' },
)

console.log(`${count} cases written`)
