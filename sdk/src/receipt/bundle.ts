import { decodeBase64, encodeUtf8 } from './bytes.ts'
import { isReadable, JSON_DEPTH_MAX, JSON_NODES_MAX, parseJson, type JsonRules } from './json.ts'
import { readJwk, thumbprint } from './key.ts'
import { RECEIPT_BYTES_MAX } from './receipt.ts'
import { attempt, readBytes32, readChoice, readMembers, readText, refuse } from './shape.ts'

/** The most keys in a bundle. */
export const BUNDLE_KEYS_MAX = 100

/** A body of a request can hold such a bundle and a content, within the limits of a receipt. */
const BUNDLE_RULES: JsonRules = {
  depth: JSON_DEPTH_MAX - 1,
  nodes: JSON_NODES_MAX - 3,
  iJson: true,
}

/**
 * A key from a bundle. Anybody can write a bundle, so the key is not the portal's word, nor
 * admitted.
 */
export interface BundleKey {
  /** 32 bytes. */
  publicKey: Uint8Array
  /** The thumbprint, computed from `publicKey`. */
  kid: string
  state: 'active' | 'retired' | 'revoked'
  /** All times are RFC 3339 in UTC. */
  publishedAt: string
  retiredAt: string | null
  revokedAt: string | null
  compromisedSince: string | null
}

/**
 * A bundle is the JSON file with which a reader verifies a receipt offline (SPEC.md, section 8). As
 * the portal writes it, with the JWS of `ParsedReceipt` at `…`:
 *
 * ```bundle
 * {"v":1,"receipt":"…","content":{"text":"The capital of France is Paris.\n"},"keys":[
 * {"jwk":{"kty":"OKP","crv":"Ed25519","x":"g6mMlHliPovlsr8EAch4Xk716M2VHk92IFn4GsRmlYY"},
 * "state":"active","publishedAt":"2025-11-01T09:00:00.000Z"}]}
 * ```
 */
export interface Bundle {
  /** A compact JWS, not read yet. */
  receipt: string
  /** The exact bytes, from `text` or `base64`. */
  content: Uint8Array | null
  keys: BundleKey[]
  /** The holder's 32 bytes for a keyed digest. */
  secret: Uint8Array | null
}

/** The bundle, or one English sentence and the place of the fault (RFC 6901). */
export type BundleReading =
  { ok: true; bundle: Bundle } | { ok: false; message: string; pointer: string }

/**
 * Reads a bundle's file as strictly as a receipt, because of two members of one name each reader
 * would show another. Never throws.
 */
export function readBundleBytes(bytes: Uint8Array): BundleReading {
  const json = parseJson(bytes, BUNDLE_RULES)
  return json.ok ? readBundle(json.value) : { ok: false, message: json.message, pointer: '' }
}

/**
 * Reads a bundle from its JSON, which `parseJson` must have parsed. The caller still reads the
 * receipt and admits the keys. `decode` is a quicker `decodeBase64`. Never throws.
 */
export function readBundle(value: unknown, decode = decodeBase64): BundleReading {
  return attempt<BundleReading, BundleReading>(
    () => {
      const optional = ['content', 'proof', 'secret']
      const bundle = readMembers(value, '', ['v', 'receipt', 'keys'], optional)
      readChoice(bundle.v, '/v', [1])
      // The log's own reader judges the proof.
      if (bundle.proof !== undefined) readText(bundle.proof, '/proof', 65_536)
      const { keys } = bundle
      if (!Array.isArray(keys)) return refuse('wrong_type', '/keys', 'must be a list')
      if (keys.length > BUNDLE_KEYS_MAX)
        refuse('too_many_members', '/keys', `has more than ${BUNDLE_KEYS_MAX} keys`)
      return {
        ok: true,
        bundle: {
          receipt: readText(bundle.receipt, '/receipt', RECEIPT_BYTES_MAX),
          content: bundle.content === undefined ? null : readContent(bundle.content, decode),
          keys: keys.map((key: unknown, index) => readKey(key, `/keys/${index}`)),
          secret: bundle.secret === undefined ? null : readBytes32(bundle.secret, '/secret'),
        },
      }
    },
    ({ message, pointer }) => ({ ok: false, message, pointer }),
  )
}

function readContent(value: unknown, decode: typeof decodeBase64): Uint8Array {
  const { text, base64 } = readMembers(value, '/content', [], ['text', 'base64'])
  if ((text === undefined) === (base64 === undefined))
    return refuse('missing_member', '/content', 'must have either text or base64')
  if (text === undefined) {
    const bytes = typeof base64 === 'string' ? decode(base64) : null
    return bytes ?? refuse('wrong_value', '/content/base64', 'must be base64 with its padding')
  }
  if (typeof text !== 'string' || !isReadable(text))
    return refuse('wrong_value', '/content/text', 'must be text without NUL and non-characters')
  return encodeUtf8(text)
}

function readKey(value: unknown, pointer: string): BundleKey {
  const optional = ['retiredAt', 'revokedAt', 'compromisedSince']
  const key = readMembers(value, pointer, ['jwk', 'state', 'publishedAt'], optional)
  const jwk = readJwk(key.jwk)
  if (!jwk.ok) return refuse('wrong_value', `${pointer}/jwk`, `can't be read: ${jwk.message}`)
  const readOptional = (name: string): string | null =>
    key[name] === undefined ? null : readTime(key[name], `${pointer}/${name}`)
  return {
    publicKey: jwk.publicKey,
    kid: thumbprint(jwk.publicKey),
    state: readChoice(key.state, `${pointer}/state`, ['active', 'retired', 'revoked']),
    publishedAt: readTime(key.publishedAt, `${pointer}/publishedAt`),
    retiredAt: readOptional('retiredAt'),
    revokedAt: readOptional('revokedAt'),
    compromisedSince: readOptional('compromisedSince'),
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

function readTime(value: unknown, pointer: string): string {
  if (typeof value === 'string' && TIME.test(value)) return value
  return refuse('wrong_value', pointer, 'must be a time like 2026-11-03T14:02:00Z')
}
