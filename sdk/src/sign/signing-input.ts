import { encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'

const encodePart = (value: object): string => encodeBase64url(encodeUtf8(JSON.stringify(value)))

/** The signed part of a compact JWS: `<header>.<claims>` in base64url (RFC 7515, section 5.1). */
export const composeSigningInput = (header: object, claims: object): string =>
  `${encodePart(header)}.${encodePart(claims)}`
