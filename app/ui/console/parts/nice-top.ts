/** The end of a scale that holds `most`: 2, 4, 6, 8 or 10 times a power of ten, so its half is whole. */
export function niceTop(most: number): number {
  if (most <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(most))
  const step = [1, 2, 4, 6, 8, 10].find((n) => n * power >= most)! * power
  return step === 1 ? 2 : step
}
