import { decodeUtf8 } from '#receipt/bytes.ts'
import { readBundleBytes, type BundleReading } from '#receipt/bundle.ts'
import { readReceipt } from '#receipt/receipt.ts'
import type { BrowserWords } from '../words/en-in-browser.ts'
import { fill } from '../words/fill.ts'
import { isBundleShaped } from './read-anything.ts'

/** The text in a bundle with the holder's secret, or a sentence that says why there is none. */
export type Opened = { content: Uint8Array; secret: Uint8Array | undefined } | { says: string }

/** Opens a bundle that was brought to the page of `receiptId`. Null for a file of another kind. */
export function openBundle(
  words: BrowserWords,
  receiptId: string | null,
  bytes: Uint8Array,
): Opened | null {
  if (!isBundleShaped(decodeUtf8(bytes)?.trim() ?? '')) return null
  const reading = readBundleBytes(bytes)
  if (!reading.ok) return { says: `${tellFault(words, reading)} (${reading.message})` }
  const { receipt, content, secret } = reading.bundle
  const named = readReceipt(receipt)
  if (!named.ok || named.receipt.receiptId !== receiptId) return { says: words.bundleOther }
  return content === null ? { says: words.bundleEmpty } : { content, secret: secret ?? undefined }
}

/** A sentence for a bundle that can't be read. */
export const tellFault = (
  words: BrowserWords,
  { pointer }: BundleReading & { ok: false },
): string => (pointer === '' ? words.badBundle : fill(words.badMember, { member: pointer }))
