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
  /** In place of a body: written as fast as the client reads. */
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
 * Joins headers; the later ones win. On Node 20 a literal that goes on after a spread (`{ ...a, b }`)
 * gets a new hidden class each time: making it costs ten times as much, V8 never optimises the code
 * that reads it, and the old generation fills with the classes and all that they hold. So no object
 * that is made with every request begins with a spread (`test/hidden-classes.test.ts`).
 */
export const joinHeaders = <Value>(...parts: Record<string, Value>[]): Record<string, Value> =>
  Object.assign({}, ...parts) as Record<string, Value>

export const byteLength = (body: Uint8Array | string): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
