/** The middle one: a round that something else on the machine disturbed has no say. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export type Rounds<Name extends string> = Record<Name, number[]>

/** Measures each in turn, several times over, so that a slow minute slows all of them. */
export async function interleave<Name extends string>(
  rounds: number,
  subjects: Record<Name, () => Promise<number>>,
): Promise<Rounds<Name>> {
  const names = Object.keys(subjects) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Rounds<Name>
  // The first time around code is still being compiled and caches are filled.
  for (const name of names) await subjects[name]()
  for (let round = 0; round < rounds; round++)
    for (const name of names) measured[name].push(await subjects[name]())
  return measured
}

/** The middle of the ratios of each round, not the ratio of the middles. */
export const ratio = (subject: number[], baseline: number[]): number =>
  median(subject.map((value, i) => value / baseline[i]!))
