import { meantReceiptId } from '#receipt/id.ts'

/** The kind of an input, told by its shape alone; the input is verified elsewhere. */
export type Anything =
  | { kind: 'nothing' }
  | { kind: 'id'; receiptId: string }
  /** `secret` is the base64url after `#k=`: it stays in the browser. */
  | { kind: 'link'; receiptId: string; origin: string; secret: string | null; address: string }
  /** Begins like an id; `characters` is the number of characters after `rec_`. */
  | { kind: 'wrong-length'; characters: number }
  /** As long as an id, but with a character that no id has. */
  | { kind: 'wrong-character'; character: string }
  | { kind: 'receipt'; jws: string }
  | { kind: 'bundle' }
  | { kind: 'text' }

const LINK =
  /^(https?:\/\/[^\s/?#]+)?(?:\/[^\s?#]*)?\/r\/(rec_[0-9a-tv-z]{32})(?:\.json)?\/?(?:\?[^\s#]*)?(?:#(\S*))?$/i
/** An id among other words, and the parts of a link before and after an id. */
const AMONG_WORDS = /(?<![0-9a-z_])rec_[0-9a-tv-z]{32}(?![0-9a-z_])/gi
const LINK_BEFORE = /(https?:\/\/[^\s/?#<>()[\]"'`]+)(?:\/[^\s?#<>()[\]"'`]*)?\/r\/$/i
const SECRET_AFTER = /^(?:\.json)?\/?(?:\?[^\s#<>()[\]"'`]*)?#k=([\w-]+)/
/** So much of a text around an id can be part of its link. The bound limits backtracking. */
const LINK_CHARACTERS_MAX = 500
const LINKS_READ_MAX = 20
export const ID_CHARACTERS = 32
const NEARLY_ID = /^rec_([0-9a-z]+)$/
/** A receipt is smaller, and in a larger text the search for a link would take too long. */
const SEARCHED_CHARACTERS_MAX = 65_536
/** A compact JWS: its header is a JSON object, which in base64url always begins with "ey". */
const RECEIPT = /^ey[\w-]*\.[\w-]+\.[\w-]+$/

/** A longer input counts as content: a receipt, or a bundle worth parsing, is shorter. */
const READ_CHARACTERS_MAX = 4_194_304

/**
 * Mail and chat programs wrap long lines, capitalise words and add angle brackets. This is undone
 * for links, ids and receipts, which can't hold such characters. A text is never touched.
 */
export function readAnything(input: string): Anything {
  if (input.length > READ_CHARACTERS_MAX) return { kind: 'text' }
  const text = input.trim()
  if (text === '') return { kind: 'nothing' }
  if (isBundleShaped(text)) return { kind: 'bundle' }
  if (text.startsWith('{')) return { kind: 'text' }
  // A long text is not a link, and searching its ends again and again would take seconds.
  if (text.length > SEARCHED_CHARACTERS_MAX) return { kind: 'text' }
  const joined = trimEnds(text.replace(/\s+/g, ''))
  const id = meantReceiptId(joined)
  if (id !== null) return { kind: 'id', receiptId: id }
  if (RECEIPT.test(joined)) return { kind: 'receipt', jws: joined }
  const link = LINK.exec(joined)
  if (link === null) return findAmongWords(text)
  const secret = new URLSearchParams(link[3] ?? '').get('k')
  const receiptId = meantReceiptId(link[2]!)!
  const address = joined.replace(link[2]!, receiptId)
  return { kind: 'link', receiptId, origin: link[1] ?? '', secret, address }
}

/** Removes marks of sentences, mail and markdown, which never begin or end a link or an id. */
function trimEnds(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && `<([{"'“‘«\``.includes(text[start]!)) start++
  while (end > start && `>)]}"'”’»\`.,;:!?…`.includes(text[end - 1]!)) end--
  return text.slice(start, end)
}

/** Finds a link or an id among words, if all of them in the text name the same receipt. */
function findAmongWords(text: string): Anything {
  const found = [...text.matchAll(AMONG_WORDS)]
  const [receiptId, ...others] = new Set(found.map(([id]) => meantReceiptId(id)!))
  if (receiptId === undefined) return readNearlyId(trimEnds(text))
  if (others.length > 0) return { kind: 'text' }
  let best: Anything = { kind: 'id', receiptId }
  for (const { 0: id, index } of found.slice(0, LINKS_READ_MAX)) {
    const before = text.slice(Math.max(0, index - LINK_CHARACTERS_MAX), index)
    const end = index + id.length
    const link = LINK_BEFORE.exec(before)
    if (link === null) continue
    const secret = SECRET_AFTER.exec(text.slice(end, end + LINK_CHARACTERS_MAX))?.[1] ?? null
    const address = `${link[0]}${receiptId}${secret === null ? '' : `#k=${secret}`}`
    best = { kind: 'link', receiptId, origin: link[1]!, secret, address }
    if (secret !== null) break
  }
  return best
}

function readNearlyId(text: string): Anything {
  const characters = NEARLY_ID.exec(text.toLowerCase())?.[1]
  if (characters === undefined) return { kind: 'text' }
  const { length } = characters
  return length === ID_CHARACTERS
    ? { kind: 'wrong-character', character: /[^0-9a-tv-z]/.exec(characters)![0] }
    : { kind: 'wrong-length', characters: length }
}

/**
 * Whether a text is JSON with a member `receipt`, which makes it a bundle or a damaged one. The
 * core reads the bundle strictly, so no value of this reading is used.
 */
export function isBundleShaped(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    return 'receipt' in (JSON.parse(text) as object)
  } catch {
    return /[{,]\s*"receipt"\s*:/.test(text)
  }
}
