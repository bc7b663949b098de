import { signatureWellFormed, verifySignature } from '#receipt/ed25519.ts'
import type { ParsedReceipt } from '#receipt/receipt.ts'

export interface SignatureFinding {
  signature: 'good' | 'bad' | 'engines-disagree'
  /** Whether the browser's own implementation was asked too. */
  twice: boolean
}

/**
 * Checks a signature by the core and by the browser. The key was admitted before, and the core's
 * guards stand before both engines. So the two differ only if one of them is broken.
 */
export async function checkTwice(
  publicKey: Uint8Array,
  { signingInput, signature }: ParsedReceipt,
): Promise<SignatureFinding> {
  // Browsers take an R that is the identity; the rule of SPEC.md, section 5, does not.
  if (!signatureWellFormed(signature)) return { signature: 'bad', twice: false }
  const good = verifySignature(publicKey, signingInput, signature)
  const second = await askBrowser(publicKey, signingInput, signature)
  if (second !== null && second !== good) return { signature: 'engines-disagree', twice: true }
  return { signature: good ? 'good' : 'bad', twice: second !== null }
}

/** Null where the browser has no Ed25519, or no WebCrypto at all (a page without https). */
async function askBrowser(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean | null> {
  try {
    const key = await crypto.subtle.importKey('raw', copyOf(publicKey), 'Ed25519', false, [
      'verify',
    ])
    return await crypto.subtle.verify('Ed25519', key, copyOf(signature), copyOf(message))
  } catch {
    return null
  }
}

/** WebCrypto refuses a view on memory that could be shared; a copy is never shared. */
const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
