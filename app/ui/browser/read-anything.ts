/** What somebody put into the box, as far as its shape tells. Nothing is verified here. */
export type Anything =
  | { kind: 'nothing' }
  | { kind: 'id'; receiptId: string }
  /** `secret` is the base64url after `#k=`: it stays in the browser. */
  | { kind: 'link'; receiptId: string; origin: string; secret: string | null }
  | { kind: 'receipt'; jws: string }
  | { kind: 'bundle'; jws: string }
  | { kind: 'text' }

const ID = /^rec_[0-9a-hjkmnp-tv-z]{32}$/
const LINK =
  /^(https?:\/\/[^\s/?#]+)?(?:\/[^\s?#]*)?\/r\/(rec_[0-9a-hjkmnp-tv-z]{32})(?:\.json)?\/?(?:\?[^\s#]*)?(?:#(\S*))?$/
/** A compact JWS: its header is a JSON object, which in base64url always begins with "ey". */
const RECEIPT = /^ey[\w-]*\.[\w-]+\.[\w-]+$/

/** Above this nothing can be a receipt or a bundle of one worth parsing: it is content. */
const READ_CHARACTERS_MAX = 4_194_304

/**
 * Mail and chat programs wrap long lines, capitalise words and add angle brackets: that is undone
 * for links, ids and receipts, which can't hold such characters anyway. A text is never touched.
 */
export function readAnything(input: string): Anything {
  if (input.length > READ_CHARACTERS_MAX) return { kind: 'text' }
  const text = input.trim()
  if (text === '') return { kind: 'nothing' }
  if (text.startsWith('{')) return readBundleShape(text)
  const joined = text.replace(/\s+/g, '').replace(/^<(.*)>$/, '$1')
  const id = joined.toLowerCase()
  if (ID.test(id)) return { kind: 'id', receiptId: id }
  if (RECEIPT.test(joined)) return { kind: 'receipt', jws: joined }
  const link = LINK.exec(joined)
  if (link === null) return { kind: 'text' }
  const secret = new URLSearchParams(link[3] ?? '').get('k')
  return { kind: 'link', receiptId: link[2]!, origin: link[1] ?? '', secret }
}

/** Only far enough to find the receipt in it; the core reads a bundle strictly. */
function readBundleShape(text: string): Anything {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('receipt' in value))
      return { kind: 'text' }
    const { receipt } = value
    return typeof receipt === 'string' ? { kind: 'bundle', jws: receipt } : { kind: 'text' }
  } catch {
    return { kind: 'text' }
  }
}
