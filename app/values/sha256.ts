import type { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'

/** Node's one-shot call, because for short bytes a hash object costs more than the hashing. */
export const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer')
