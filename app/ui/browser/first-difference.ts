/** One text around the first difference. The three parts, joined, are a piece of that text. */
export interface Side {
  before: string
  differing: string
  after: string
  /** This text goes on before or after the shown part. */
  cutBefore: boolean
  cutAfter: boolean
  /** This text ends where the other text goes on. */
  ends: boolean
}

/** The first place where two texts differ, in words, with a few words around it. */
export interface Difference {
  signed: Side
  given: Side
}

/** How far apart, in words and spaces, the two texts are searched for the place where they meet. */
const SEARCHED_MAX = 80
/** The texts meet again at so many equal words and spaces in a row. */
const MEETING = 5
const CONTEXT_CHARACTERS = 60
/** Of two texts that never meet again, this many words and spaces are shown. */
const SHOWN_WORDS = 24

export function firstDifference(signed: string, given: string): Difference | null {
  if (signed === given) return null
  let at = 0
  while (at < signed.length && signed[at] === given[at]) at++
  // A word, or a run of spaces, is compared whole, so the place moves back to where it begins.
  const next = [signed[at], given[at]]
  const isOver = (one: string | undefined) => one === undefined || /\s/.test(one)
  const inSpaces = next.some((one) => one !== undefined && /\s/.test(one))
  const afterSpaces = at > 0 && /\s/.test(signed[at - 1]!)
  const sameRun = inSpaces && afterSpaces ? /\s/ : /\S/
  // A word that ends here in both is the same word.
  if (afterSpaces || !next.every(isOver)) while (at > 0 && sameRun.test(signed[at - 1]!)) at--
  const left = wordsFrom(signed, at)
  const right = wordsFrom(given, at)
  const [i, j] = meetingPoint(left, right)
  const mine = left.slice(0, i).join('')
  const yours = right.slice(0, j).join('')
  return { signed: sideOf(signed, at, mine, yours), given: sideOf(given, at, yours, mine) }
}

/** Whole words only, so that neither a word nor a pair of surrogates is cut in two. */
function sideOf(text: string, at: number, differing: string, other: string): Side {
  const start = at <= CONTEXT_CHARACTERS ? 0 : at - CONTEXT_CHARACTERS
  const near = text.slice(start, at)
  const before = start === 0 ? near : near.replace(/^\S*\s*/, '')
  const end = at + differing.length
  const cutAfter = text.length - end > CONTEXT_CHARACTERS
  const rest = text.slice(end, end + CONTEXT_CHARACTERS)
  return {
    before,
    differing,
    after: cutAfter ? rest.replace(/\s*\S*$/, '') : rest,
    cutBefore: before.length < at,
    cutAfter,
    ends: end === text.length && other.length > differing.length && other.startsWith(differing),
  }
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
  // Near the end fewer than MEETING words are left, and all of them must agree.
  if (Math.min(leftEnds, rightEnds) < MEETING && leftEnds !== rightEnds) return false
  for (let step = 0; step < Math.min(MEETING, leftEnds); step++) {
    if (left[i + step] !== right[j + step]) return false
  }
  return true
}
