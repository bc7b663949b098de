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

/**
 * Each repair undoes one thing that copying does to text, in the published order (SPEC.md, section
 * 6). A repaired text still has to match the signed digest, so a repair makes no false match: it
 * finds a true match that a copy button or an editor has hidden.
 */
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
  // A text file saved on Windows, or a text dragged from a page, has two changes at once.
  line_feeds_final_newline_removed: (text) => dropNewline(toLf(text)),
  line_feeds_final_newline_added: (text) => toLf(text) + '\n',
  line_feeds_bom_removed: (text) => toLf(dropBom(text)),
} as const satisfies Record<string, (text: string) => string>

/** The name of a repair. The names are permanent. */
export type Repair = keyof typeof REPAIRS
