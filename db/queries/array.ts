import { Buffer } from 'node:buffer'

const TEXT = 25
const BYTEA = 17
const HEADER_BYTES = 20

/**
 * An array as a parameter, in Postgres' own binary form (array_recv). A long array costs one copy:
 * without escapes, hexadecimal or another parse.
 */
export const textArray = (values: readonly (string | null)[]): Buffer =>
  encodeArray(
    TEXT,
    values,
    (value) => Buffer.byteLength(value),
    (to, value, at) => {
      to.write(value, at)
    },
  )

export const byteaArray = (values: readonly (Uint8Array | null)[]): Buffer =>
  encodeArray(
    BYTEA,
    values,
    (value) => value.length,
    (to, value, at) => {
      to.set(value, at)
    },
  )

function encodeArray<T>(
  elementType: number,
  values: readonly (T | null)[],
  lengthOf: (value: T) => number,
  write: (to: Buffer, value: T, at: number) => void,
): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : lengthOf(value)))
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), HEADER_BYTES)
  const to = Buffer.allocUnsafe(size)
  to.writeInt32BE(1, 0) // dimensions
  to.writeInt32BE(lengths.includes(-1) ? 1 : 0, 4)
  to.writeInt32BE(elementType, 8)
  to.writeInt32BE(values.length, 12)
  to.writeInt32BE(1, 16) // the first index
  let at = HEADER_BYTES
  values.forEach((value, i) => {
    at = to.writeInt32BE(lengths[i]!, at)
    if (value === null) return
    write(to, value, at)
    at += lengths[i]!
  })
  return to
}
