import { Buffer } from 'node:buffer'
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { signatureWellFormed } from '#receipt/ed25519.ts'
import { jwkOf } from '#receipt/key.ts'
import {
  finishReport,
  type FinishedReport,
  type JudgedState,
} from '../services/verify/judge-stored.ts'
import { sha256 } from '../values/sha256.ts'

/** 32, any number of, and 64 bytes. */
export interface Signed {
  publicKey: Uint8Array
  message: Uint8Array
  signature: Uint8Array
}

/** What takes a core's time: a signature to verify, or a report to make of a receipt. */
export type Piece = { signed: Signed } | { state: JudgedState; now: number }

export type Answer = boolean | FinishedReport

/**
 * Does such a piece where it is called: on the event loop or on a thread. Verifying is OpenSSL's
 * behind the core's guards, some ten times quicker than the core's own (`test/engines.test.ts`
 * compares the two). A signature that can't be checked is not a good one.
 */
export function createDesk(config: { publicUrl: string }): (piece: Piece) => Answer {
  /** Building a key costs as much as using it. */
  const keys = new LRUCache<string, KeyObject>({ max: 10_000 })
  const kids = new LRUCache<string, string>({ max: 10_000 })

  function isGood(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 32 || !signatureWellFormed(signature)) return false
    const name = Buffer.from(publicKey).toString('latin1')
    try {
      const key = keys.get(name) ?? createPublicKey({ key: { ...jwkOf(publicKey) }, format: 'jwk' })
      keys.set(name, key)
      return verify(null, message, key, signature)
    } catch {
      return false
    }
  }

  return (piece) => {
    if ('signed' in piece) {
      const { publicKey, message, signature } = piece.signed
      return isGood(publicKey, message, signature)
    }
    const bench = { now: () => piece.now, config, engine: { sha256 }, caches: { kids } }
    return finishReport(bench, piece.state, isGood)
  }
}

type Row = JudgedState['row']
type PackedRow = Omit<Row, 'content' | 'publicKey'> & {
  id: null
  digest: null
  content: string | null
  publicKey: string | null
}
export type Packed = string | { receiptId: string; row: PackedRow; now: number }

/**
 * A piece as it goes to a thread. Bytes go as text, a byte in each character: of an array all the
 * memory would be copied that it is a part of.
 */
export function pack(piece: Piece): Packed {
  if ('signed' in piece) {
    const { publicKey, message, signature } = piece.signed
    return toText(publicKey) + toText(signature) + toText(message)
  }
  const { receiptId, row } = piece.state
  const content = row.content === null ? null : toText(row.content)
  const publicKey = row.publicKey === null ? null : toText(row.publicKey)
  const packed = Object.assign({}, row, { id: null, digest: null, content, publicKey })
  return { receiptId, row: packed, now: piece.now }
}

export function unpack(packed: Packed): Piece {
  if (typeof packed === 'string') {
    const bytes = toBytes(packed)
    const [publicKey, signature] = [bytes.subarray(0, 32), bytes.subarray(32, 96)]
    return { signed: { publicKey, signature, message: bytes.subarray(96) } }
  }
  const { receiptId, row, now } = packed
  const content = row.content === null ? null : toBytes(row.content)
  const publicKey = row.publicKey === null ? null : toBytes(row.publicKey)
  return { state: { receiptId, row: Object.assign({}, row, { content, publicKey }) }, now }
}

/** Roughly: what is not counted is small. */
export const bytesOf = (piece: Piece): number =>
  'signed' in piece
    ? piece.signed.message.length
    : piece.state.row.jws.length + (piece.state.row.content?.length ?? 0)

const toText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
const toBytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
