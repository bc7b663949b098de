import type { Sha256 } from '#receipt/bytes.ts'
import type { ContentMatch } from '#receipt/content.ts'
import type { JsonReading } from '#receipt/json.ts'
import type { ReceiptContent } from '#receipt/report.ts'
import type { BodyRules } from './long-work.ts'

/** The request that long work is done for. */
export interface Payer {
  /** The work of callers whom the portal does not know has a thread of its own. */
  isKnown: boolean
  /** Milliseconds of a core that the request has cost so far; the engine adds to them. */
  spentMs: number
}

/** Too much long work waits already. */
export class EngineBusy extends Error {
  override name = 'EngineBusy'
}

/** Work that takes a core's time, done on a free core: bytes in, answer out. */
export interface Engine {
  sha256: Sha256

  /** A SHA-256 that has the digest of these bytes ready: many bytes are hashed on a free core. */
  hashAhead(bytes: Uint8Array | null): Promise<Sha256>

  /**
   * Whether an admitted key's signature is good. Never throws: a check that can't be made is not a
   * good signature.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>

  /** The core's `parseJson`, on a thread if the bytes are many. */
  readJson(bytes: Uint8Array, rules: BodyRules, payer: Payer): Promise<JsonReading>

  /** The core's `checkContent`, on a thread if the bytes are many. */
  compare(content: ReceiptContent, bytes: Uint8Array, payer: Payer): Promise<ContentMatch>
}
