import { Buffer } from 'node:buffer'

/** A Postgres array literal, so that no driver has to guess an element's type. */
export const arrayLiteral = (values: readonly (string | null)[]): string =>
  `{${values.map((v) => (v === null ? 'NULL' : `"${v.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`

/** Bytes as Postgres reads them: `\x` and hexadecimal. */
export const byteaLiteral = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

export const byteaArrayLiteral = (values: readonly (Uint8Array | null)[]): string =>
  `{${values.map((v) => (v === null ? 'NULL' : `"\\${byteaLiteral(v)}"`)).join(',')}}`
