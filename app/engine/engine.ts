import type { Sha256 } from '#receipt/bytes.ts'

/** Work that takes a core's time, done on a free core: bytes in, answer out. */
export interface Engine {
  sha256: Sha256

  /**
   * Whether an admitted key's signature is good. Never throws: a check that can't be made is not a
   * good signature.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}
