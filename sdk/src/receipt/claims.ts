import {
  pointTo,
  readBytes32,
  readChoice,
  readInteger,
  readMembers,
  readRecord,
  readSlug,
  readText,
  refuse,
} from './shape.ts'

const DIGEST_ALGS = ['sha-256', 'hmac-sha-256'] as const
const META_MEMBERS_MAX = 32

/** RFC 9110, section 5.6.2. */
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"

/** The form in SPEC.md, section 2: RFC 9110, section 8.3.1, with one spelling of quoted strings. */
const MEDIA_TYPE = new RegExp(
  `^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"[ !#-\\[\\]-~]*"))*$`,
)

/** Holds parsed claims to the rules of `ReceiptClaims`. Throws `Malformed` at the first breach. */
export function checkClaims(value: unknown): void {
  const claims = readMembers(
    value,
    '/claims',
    ['v', 'iss', 'iat', 'content'],
    ['jti', 'model', 'provider', 'outcome', 'prompt', 'meta'],
  )
  readChoice(claims.v, '/claims/v', [1])
  readSlug(claims.iss, '/claims/iss')
  readInteger(claims.iat, '/claims/iat')
  checkContentClaim(claims.content, '/claims/content')
  for (const name of ['jti', 'model', 'provider'])
    if (name in claims) readText(claims[name], `/claims/${name}`, 128)
  if ('outcome' in claims) {
    const status = checkOutcome(claims.outcome, '/claims/outcome')
    // A `jti` names one receipt, and the receipt of the job's end needs that name.
    if (status === 'started' && 'jti' in claims)
      refuse('not_allowed_here', '/claims/jti', 'is not allowed where the outcome is started')
  }
  if ('prompt' in claims) {
    const prompt = readMembers(claims.prompt, '/claims/prompt', ['alg', 'digest'])
    readChoice(prompt.alg, '/claims/prompt/alg', DIGEST_ALGS)
    readBytes32(prompt.digest, '/claims/prompt/digest')
  }
  if ('meta' in claims) checkMeta(claims.meta, '/claims/meta')
}

function checkContentClaim(value: unknown, pointer: string): void {
  const content = readMembers(
    value,
    pointer,
    ['alg', 'digest', 'type', 'subject'],
    ['length', 'excerpts'],
  )
  const alg = readChoice(content.alg, `${pointer}/alg`, DIGEST_ALGS)
  readBytes32(content.digest, `${pointer}/digest`)
  if (alg === 'sha-256') {
    if (!('length' in content)) refuse('missing_member', `${pointer}/length`, 'is missing')
    readInteger(content.length, `${pointer}/length`)
    // A Merkle root over lines would let a reader of a plain digest guess a hidden line.
    if ('excerpts' in content)
      refuse('not_allowed_here', `${pointer}/excerpts`, 'is allowed with hmac-sha-256 only')
  } else if ('length' in content)
    // The length would tell "yes" from "no", and the keyed digest hides exactly that.
    refuse('not_allowed_here', `${pointer}/length`, 'is not allowed with hmac-sha-256')
  const type = readText(content.type, `${pointer}/type`, 255)
  if (!MEDIA_TYPE.test(type)) refuse('wrong_value', `${pointer}/type`, 'must be a media type')
  readChoice(content.subject, `${pointer}/subject`, ['text', 'message', 'wire', 'file'])
  if ('excerpts' in content) {
    const place = `${pointer}/excerpts`
    const excerpts = readMembers(content.excerpts, place, ['unit', 'count', 'root'])
    readChoice(excerpts.unit, `${place}/unit`, ['line'])
    readInteger(excerpts.count, `${place}/count`)
    readBytes32(excerpts.root, `${place}/root`)
  }
}

function checkOutcome(value: unknown, pointer: string): string {
  const names = ['end', 'chunks', 'startedAt', 'endedAt']
  const outcome = readMembers(value, pointer, ['status'], names)
  if ('end' in outcome) readText(outcome.end, `${pointer}/end`, 64)
  for (const name of ['chunks', 'startedAt', 'endedAt'])
    if (name in outcome) readInteger(outcome[name], `${pointer}/${name}`)
  return readChoice(outcome.status, `${pointer}/status`, [
    'complete',
    'partial',
    'failed',
    'started',
  ])
}

function checkMeta(value: unknown, pointer: string): void {
  const meta = readRecord(value, pointer)
  const names = Object.keys(meta)
  if (names.length > META_MEMBERS_MAX)
    refuse('too_many_members', pointer, `has more than ${META_MEMBERS_MAX} members`)
  for (const name of names) {
    readText(name, pointTo(pointer, name), 64)
    readText(meta[name], pointTo(pointer, name), 512)
  }
}
