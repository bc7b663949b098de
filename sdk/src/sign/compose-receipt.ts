import { encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { readReceipt, RECEIPT_BYTES_MAX } from '../receipt/receipt.ts'
import type { ReceiptClaims } from '../receipt/report.ts'
import { asError, CounterfoilError } from '../errors.ts'
import { composeSigningInput } from './signing-input.ts'
import type { Signer } from './signing-key.ts'
import { inTime } from '../timer.ts'

/**
 * Signs the claims, and gives the receipt and its id. Throws `receipt_not_allowed` or
 * `signing_failed`.
 *
 * The portal's strict reader reads the receipt back here, because the portal must not refuse a
 * receipt whose link was already handed out.
 */
export async function composeReceipt(
  signer: Signer,
  claims: ReceiptClaims,
): Promise<{ receipt: string; receiptId: string }> {
  const header = { alg: 'Ed25519', kid: signer.kid, typ: 'ai-receipt+jwt' }
  const input = composeSigningInput(header, claims)
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

/** A stream must end even if a key service never answers. */
const SIGNER_TIMEOUT_MS = 10_000

async function signWith(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  let signature: unknown
  try {
    const given = signer.sign(bytes)
    signature =
      given instanceof Uint8Array
        ? given
        : await inTime(given, SIGNER_TIMEOUT_MS, () => {
            throw new Error('it did not answer within 10 seconds')
          })
  } catch (thrown) {
    throw asError('signing_failed', 'The signer failed', thrown)
  }
  if (signature instanceof Uint8Array && signature.length === 64) return signature
  throw new CounterfoilError(
    'signing_failed',
    signature instanceof Uint8Array
      ? `The signer gave ${signature.length} bytes; an Ed25519 signature has 64.`
      : 'The signer gave no bytes.',
  )
}
