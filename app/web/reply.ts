import { Buffer } from 'node:buffer'

/**
 * An answer as plain data, which node-server.ts alone writes to the socket. The web's Response would
 * cost several times as much.
 */
export interface Reply {
  status: number
  /** A list only for `set-cookie`, whose values need a line each. */
  headers: Record<string, string | string[]>
  body: Uint8Array | string | null
  /** Replaces the body; it is written as fast as the client reads. */
  stream?: AsyncIterable<Uint8Array>
  /** The problem code of this answer, for the count of refusals. */
  problem?: string
}

export const jsonReply = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})

export const bytesReply = (
  type: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Reply => ({ status: 200, headers: { 'content-type': type, ...headers }, body })

/**
 * Joins headers, the later ones winning. On Node 20 a literal that goes on after a spread, as
 * `{ ...a, b }` does, has a hidden class of its own each time: the literal costs ten times as much,
 * V8 compiles no reader for it, and the old generation fills with such classes. Objects that are
 * made with every request therefore begin with no spread.
 */
export const joinHeaders = <Value>(...parts: Record<string, Value>[]): Record<string, Value> =>
  Object.assign({}, ...parts) as Record<string, Value>

export const byteLength = (body: Uint8Array | string): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
