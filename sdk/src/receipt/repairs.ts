const toLf = (text: string): string => text.replace(/\r\n?/g, '\n')

/** The loop takes linear time; a regular expression takes quadratic time on inner spaces. */
function trimLineEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const stop = line.endsWith('\r') ? line.length - 1 : line.length
      let end = stop
      while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--
      return line.slice(0, end) + line.slice(stop)
    })
    .join('\n')
}

/**
 * Normalisation sorts a run of combining marks in quadratic time: a mebibyte of marks held a server
 * for minutes. Unicode's own bound is 30 marks (UAX 15, section 13, stream-safe text), and
 * languages use fewer, so a text beyond that bound stays as it is.
 */
const MARKS_BEYOND_MAX = /\p{M}{31}/u
const normalize = (text: string, form: 'NFC' | 'NFD'): string =>
  MARKS_BEYOND_MAX.test(text) ? text : text.normalize(form)

const dropNewline = (text: string): string => text.replace(/\r?\n$/, '')
const dropBom = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

/** Bytes of a text in UTF-8 that some repair adds, takes away or rewrites, counted once for all. */
export interface RepairCounts {
  bytes: number
  nonAscii: number
  /** CRLF pairs, and line ends of one character. */
  pairs: number
  singles: number
  /** Spaces and tabs before a line end. */
  trailing: number
  /** The bytes of the last line end, if the text ends in a line feed. */
  lastFeed: number
  /** Whether the text ends in any line end. */
  lastEnd: number
  bom: number
}

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32]

/** Counts in one pass over the bytes of a UTF-8 text; a mebibyte takes some milliseconds. */
export function countForRepairs(bytes: Uint8Array): RepairCounts {
  const last = bytes.length - 1
  let [nonAscii, pairs, singles, trailing, run] = [0, 0, 0, 0, 0]
  for (let at = 0; at <= last; at++) {
    const byte = bytes[at]!
    if (byte > 0x7f) nonAscii++
    if (byte === SPACE || byte === TAB) {
      run++
      continue
    }
    const isPair = byte === CR && bytes[at + 1] === LF
    if (byte === LF || isPair || (byte === CR && at === last)) trailing += run
    run = 0
    if (isPair) {
      pairs++
      at++
    } else if (byte === LF || byte === CR) singles++
  }
  const feeds = bytes[last] === LF
  return {
    bytes: bytes.length,
    nonAscii,
    pairs,
    singles,
    trailing: trailing + run,
    lastFeed: feeds ? (bytes[last - 1] === CR ? 2 : 1) : 0,
    lastEnd: feeds || bytes[last] === CR ? 1 : 0,
    bom: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0,
  }
}

interface RepairRule {
  apply: (text: string) => string
  /** The least and the most bytes of the repaired text. */
  bytes: (counts: RepairCounts) => readonly [number, number]
}

const exactly = (bytes: number) => [bytes, bytes] as const

/**
 * Normalisation makes no text shorter than a third or longer than three times, because no character
 * decomposes further (UAX 15, section 14). ASCII alone never changes.
 */
const normalized = ({ bytes, nonAscii }: RepairCounts) =>
  [bytes - Math.floor((nonAscii * 2) / 3), bytes + nonAscii * 2] as const

/**
 * Each repair undoes one thing that copying does to text, in the published order (SPEC.md, section
 * 6). A repaired text still has to match the signed digest, so a repair makes no false match: it
 * finds a true match that a copy button or an editor has hidden.
 */
export const REPAIRS = {
  line_feeds: { apply: toLf, bytes: (c) => exactly(c.bytes - c.pairs) },
  carriage_returns: {
    apply: (text) => toLf(text).replaceAll('\n', '\r\n'),
    bytes: (c) => exactly(c.bytes + c.singles),
  },
  final_newline_removed: { apply: dropNewline, bytes: (c) => exactly(c.bytes - c.lastFeed) },
  final_newline_added: { apply: (text) => text + '\n', bytes: (c) => exactly(c.bytes + 1) },
  trailing_spaces_removed: { apply: trimLineEnds, bytes: (c) => exactly(c.bytes - c.trailing) },
  bom_removed: { apply: dropBom, bytes: (c) => exactly(c.bytes - c.bom) },
  bom_added: { apply: (text) => '\ufeff' + text, bytes: (c) => exactly(c.bytes + 3) },
  nfc: { apply: (text) => normalize(text, 'NFC'), bytes: normalized },
  nfd: { apply: (text) => normalize(text, 'NFD'), bytes: normalized },
  // A text file saved on Windows, or a text dragged from a page, has two changes at once.
  line_feeds_final_newline_removed: {
    apply: (text) => dropNewline(toLf(text)),
    bytes: (c) => exactly(c.bytes - c.pairs - c.lastEnd),
  },
  line_feeds_final_newline_added: {
    apply: (text) => toLf(text) + '\n',
    bytes: (c) => exactly(c.bytes - c.pairs + 1),
  },
  line_feeds_bom_removed: {
    apply: (text) => toLf(dropBom(text)),
    bytes: (c) => exactly(c.bytes - c.pairs - c.bom),
  },
} as const satisfies Record<string, RepairRule>

/** The name of a repair. The names are permanent. */
export type Repair = keyof typeof REPAIRS
