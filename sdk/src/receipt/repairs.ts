/**
 * What copying does to a text, undone. The list is fixed and published, and each repair is named
 * where it is used: a repaired text still matches the full signed digest, so the list can never
 * make a false match, only find a true one that a copy button or an editor has hidden.
 */

const toLf = (text: string): string => text.replace(/\r\n?/g, '\n')

/** Written as a loop: a regular expression takes quadratic time on a megabyte of inner spaces. */
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
 * Sorting a run of combining marks takes quadratic time: a mebibyte of nothing else held a server
 * for minutes. No language piles up more than a few; Unicode's own bound (UAX 15, stream-safe text)
 * is 30, and a text beyond it is left as it is.
 */
const MARKS_BEYOND_MAX = /\p{M}{31}/u
const normalize = (text: string, form: 'NFC' | 'NFD'): string =>
  MARKS_BEYOND_MAX.test(text) ? text : text.normalize(form)

const dropNewline = (text: string): string => text.replace(/\r?\n$/, '')
const dropBom = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

export const REPAIRS = {
  line_feeds: toLf,
  carriage_returns: (text) => toLf(text).replaceAll('\n', '\r\n'),
  final_newline_removed: dropNewline,
  final_newline_added: (text) => text + '\n',
  trailing_spaces_removed: trimLineEnds,
  bom_removed: dropBom,
  bom_added: (text) => '\ufeff' + text,
  nfc: (text) => normalize(text, 'NFC'),
  nfd: (text) => normalize(text, 'NFD'),
  // The two changes that a text file saved on Windows and a text dragged from a page bring together.
  line_feeds_final_newline_removed: (text) => dropNewline(toLf(text)),
  line_feeds_final_newline_added: (text) => toLf(text) + '\n',
  line_feeds_bom_removed: (text) => toLf(dropBom(text)),
} as const satisfies Record<string, (text: string) => string>

export type Repair = keyof typeof REPAIRS
