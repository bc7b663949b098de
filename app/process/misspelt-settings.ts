/** A share of a name that may be wrong: a short name is one slip away from many ordinary ones. */
const CHARACTERS_PER_SLIP = 4
const CHARACTERS_MIN = 6
const OWN_PREFIX = 'COUNTERFOIL_'

/** Letters and digits alone, in capitals: `publicUrl` and `PUBLIC-URL` are PUBLIC_URL without its line. */
const bare = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '')

const wordsOf = (name: string): string[] => name.toUpperCase().split('_')

/**
 * The names of the environment that are no settings and look like one. Another program's name that
 * holds a whole setting among other words (`PORT_3000_TCP`, `TEST_DATABASE_URL`) looks like none.
 */
export function findMisspelt(
  given: string[],
  settings: readonly string[],
): { name: string; meant: string }[] {
  const known = new Set(settings)
  return given
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = settings.find((setting) => looksLike(name, setting))
      return meant === undefined ? [] : [{ name, meant }]
    })
}

function looksLike(name: string, setting: string): boolean {
  if (name.toUpperCase().startsWith(OWN_PREFIX))
    return bare(name.slice(OWN_PREFIX.length)) === bare(setting)
  const [one, other] = [bare(name), bare(setting)]
  if (one === other) return true
  const [words, meant] = [wordsOf(name), wordsOf(setting)]
  if (words.length > 1 && [...words].sort().join() === [...meant].sort().join()) return true
  if (words.length > meant.length && meant.every((word) => words.includes(word))) return false
  const slips = Math.floor(other.length / CHARACTERS_PER_SLIP)
  return other.length >= CHARACTERS_MIN && countSlips(one, other, slips) <= slips
}

/** Letters that are added, left out, changed, or swapped with their neighbour; more than `max` is `max + 1`. */
function countSlips(one: string, other: string, max: number): number {
  if (Math.abs(one.length - other.length) > max) return max + 1
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1]
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (isSame ? 0 : 1),
        isSwapped ? before[j - 2]! + 1 : Infinity,
      )
    }
    before = last
    last = row
  }
  return last[other.length]!
}
