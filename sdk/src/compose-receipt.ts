import { encodeBase64url, encodeUtf8 } from './receipt/bytes.ts'
import { readReceipt, RECEIPT_BYTES_MAX } from './receipt/receipt.ts'
import type { ReceiptClaims } from './receipt/report.ts'
import { asError, CounterfoilError } from './errors.ts'
import type { Signer } from './signing-key.ts'

/**
 * The claims as a signed receipt, and its id. What comes out has been read back by the format's own
 * strict reader, so that no portal refuses later what was handed out as a receipt.
 * Throws `receipt_not_allowed` or `signing_failed`.
 */
export async function composeReceipt(
  signer: Signer,
  claims: ReceiptClaims,
): Promise<{ receipt: string; receiptId: string }> {
  const header = { alg: 'Ed25519', kid: signer.kid, typ: 'ai-receipt+jwt' }
  const input = `${encodePart(header)}.${encodePart(claims)}`
  if (input.length > RECEIPT_BYTES_MAX)
    throw new CounterfoilError(
      'receipt_not_allowed',
      `The receipt would be larger than ${RECEIPT_BYTES_MAX} bytes: shorten its meta.`,
      { pointer: '/claims' },
    )
  const signature = await signWith(signer, encodeUtf8(input))
  const receipt = `${input}.${encodeBase64url(signature)}`
  const reading = readReceipt(receipt)
  if (!reading.ok)
    throw new CounterfoilError(
      'receipt_not_allowed',
      `The receipt would not be well formed: ${reading.pointer} ${reading.message}.`,
      { pointer: reading.pointer },
    )
  return { receipt, receiptId: reading.receipt.receiptId }
}

const encodePart = (value: object): string => encodeBase64url(encodeUtf8(JSON.stringify(value)))

async function signWith(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  let signature: Uint8Array
  try {
    signature = await signer.sign(bytes)
  } catch (thrown) {
    throw asError('signing_failed', 'The signer failed', thrown)
  }
  if (signature.length !== 64)
    throw new CounterfoilError(
      'signing_failed',
      `The signer gave ${signature.length} bytes; an Ed25519 signature has 64.`,
    )
  return signature
}
