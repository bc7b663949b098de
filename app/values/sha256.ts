import type { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'

/** Node's one call for short bytes: a hash object of its own costs more than hashing them. */
export const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer')
