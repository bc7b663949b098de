import { Buffer } from 'node:buffer'
import { randomFillSync } from 'node:crypto'

const BYTES = 12
const pool = Buffer.alloc(BYTES * 512)
let used = pool.length

/** An unpredictable id. A draw serves many ids, because few bytes cost as much as many. */
export function newRequestId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += BYTES
  return pool.toString('base64url', used - BYTES, used)
}
