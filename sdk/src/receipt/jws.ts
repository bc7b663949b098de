import { decodeBase64url, encodeUtf8 } from './bytes.ts'
import { parseJson, type JsonValue } from './json.ts'
import { refuse } from './shape.ts'

/**
 * The parts of a compact JWS (RFC 7515, section 7.1). `ParsedReceipt` and `KeyProof` draw one each.
 */
export interface JwsParts {
  header: JsonValue
  claims: JsonValue
  /** 64 bytes. */
  signature: Uint8Array
  /** The ASCII of the whole JWS. */
  bytes: Uint8Array
  /** The ASCII of the first two parts with their dot (RFC 7515, section 5.1). */
  signingInput: Uint8Array
}

/**
 * Takes a compact JWS apart, and accepts each part in its one spelling only. Throws `Malformed`.
 */
export function readJws(jws: string, bytesMax: number): JwsParts {
  if (jws.length > bytesMax) refuse('too_large', '', `is longer than ${bytesMax} bytes`)
  const parts = jws.split('.')
  if (parts.length !== 3) refuse('not_three_parts', '', 'must have three parts, joined by dots')
  const [header, claims, signature] = parts as [string, string, string]
  const headerBytes = readPart(header, '/header')
  const claimsBytes = readPart(claims, '/claims')
  const signatureBytes = readPart(signature, '/signature')
  if (signatureBytes.length !== 64) refuse('wrong_length', '/signature', 'must be 64 bytes')
  // Three parts in base64url and two dots are ASCII, so each character is one byte.
  const bytes = encodeUtf8(jws)
  return {
    header: readJson(headerBytes, '/header'),
    claims: readJson(claimsBytes, '/claims'),
    signature: signatureBytes,
    bytes,
    signingInput: bytes.subarray(0, header.length + 1 + claims.length),
  }
}

function readPart(part: string, pointer: string): Uint8Array {
  const bytes = part === '' ? null : decodeBase64url(part)
  return bytes ?? refuse('not_base64url', pointer, 'is not canonical base64url without padding')
}

function readJson(bytes: Uint8Array, pointer: string): JsonValue {
  const json = parseJson(bytes)
  if (json.ok) return json.value
  return refuse('not_json', pointer, `is not strict JSON (${json.message}, at ${json.at})`)
}
