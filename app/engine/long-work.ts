import { checkContent, type ContentMatch } from '#receipt/content.ts'
import { parseJson, type JsonReading, type JsonRules } from '#receipt/json.ts'
import type { ReceiptContent } from '#receipt/report.ts'
import { sha256 } from '../values/sha256.ts'

/** Rules for a whole body: one with a member of the name `iJsonWith` is read as I-JSON. */
export interface BodyRules extends JsonRules {
  iJsonWith?: string
}

/** Work that could hold the event loop for long, because its bytes come from a stranger. */
export type LongPiece =
  { read: Uint8Array; rules: BodyRules } | { compare: Uint8Array; content: ReceiptContent }

export interface LongAnswer {
  value: JsonReading | ContentMatch
  /** The time that the work took. */
  ms: number
}

export function doLongWork(piece: LongPiece): LongAnswer {
  const startedAt = performance.now()
  const value =
    'read' in piece
      ? readBody(piece.read, piece.rules)
      : checkContent(piece.content, piece.compare, undefined, sha256)
  return { value, ms: performance.now() - startedAt }
}

function readBody(bytes: Uint8Array, rules: BodyRules): JsonReading {
  const read = parseJson(bytes, rules)
  const { iJsonWith } = rules
  if (!read.ok || iJsonWith === undefined) return read
  const { value } = read
  if (typeof value !== 'object' || value === null || !(iJsonWith in value)) return read
  return parseJson(bytes, { ...rules, iJson: true })
}
