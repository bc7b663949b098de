/** The first place where two texts differ, in words, with a few words around it. */
export interface Difference {
  before: string
  signed: string
  given: string
  after: string
}

/** How far apart, in words and spaces, the two texts are searched for the place where they meet. */
const SEARCHED_MAX = 80
/** So many equal words and spaces in a row are taken for the place where they meet again. */
const MEETING = 5
const CONTEXT_CHARACTERS = 60
/** Where they never meet, this much of each is shown. */
const SHOWN_WORDS = 24

export function firstDifference(signed: string, given: string): Difference | null {
  if (signed === given) return null
  let at = 0
  while (at < signed.length && signed[at] === given[at]) at++
  // Back to where the word, or the run of spaces, begins: both are compared whole.
  const inSpaces = [signed[at], given[at]].some((one) => one !== undefined && /\s/.test(one))
  const sameRun = inSpaces && at > 0 && /\s/.test(signed[at - 1]!) ? /\s/ : /\S/
  while (at > 0 && sameRun.test(signed[at - 1]!)) at--
  const left = wordsFrom(signed, at)
  const right = wordsFrom(given, at)
  const [i, j] = meetingPoint(left, right)
  return {
    before: contextBefore(signed, at),
    signed: left.slice(0, i).join(''),
    given: right.slice(0, j).join(''),
    after: contextAfter(left.slice(i).join('')),
  }
}

/** Whole words only, so that neither a word nor a pair of surrogates is cut in two. */
function contextBefore(text: string, at: number): string {
  if (at <= CONTEXT_CHARACTERS) return text.slice(0, at)
  return `… ${text.slice(at - CONTEXT_CHARACTERS, at).replace(/^\S*\s*/, '')}`
}

function contextAfter(text: string): string {
  if (text.length <= CONTEXT_CHARACTERS) return text
  return `${text.slice(0, CONTEXT_CHARACTERS).replace(/\s*\S*$/, '')} …`
}

/** Words and the spaces between them, so that joining gives the text again. */
function wordsFrom(text: string, at: number): string[] {
  const window = text.slice(at, at + SEARCHED_MAX * 100)
  return window
    .split(/(\s+)/)
    .filter((word) => word !== '')
    .slice(0, SEARCHED_MAX * 2)
}

/** The nearest pair of places after which both texts go on alike; the shortest difference wins. */
function meetingPoint(left: string[], right: string[]): [number, number] {
  for (let sum = 1; sum <= SEARCHED_MAX; sum++) {
    for (let i = Math.max(0, sum - right.length); i <= Math.min(sum, left.length); i++) {
      if (meets(left, i, right, sum - i)) return [i, sum - i]
    }
  }
  return [Math.min(left.length, SHOWN_WORDS), Math.min(right.length, SHOWN_WORDS)]
}

function meets(left: string[], i: number, right: string[], j: number): boolean {
  const leftEnds = left.length - i
  const rightEnds = right.length - j
  // Near the end there are fewer words left to agree on, and all of them must.
  if (Math.min(leftEnds, rightEnds) < MEETING && leftEnds !== rightEnds) return false
  for (let step = 0; step < Math.min(MEETING, leftEnds); step++) {
    if (left[i + step] !== right[j + step]) return false
  }
  return true
}
