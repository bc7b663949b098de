/** Many byte strings in one buffer, which lies beside the heap: nothing has to be marked there. */
export interface Pack {
  count: number
  at(index: number): Buffer | undefined
}

const FIRST_BYTES = 1024 * 1024

export function pack(count: number, make: (index: number) => Buffer): Pack {
  const ends = new Float64Array(count)
  let bytes = Buffer.allocUnsafe(FIRST_BYTES)
  let end = 0
  for (let index = 0; index < count; index++) {
    const one = make(index)
    if (end + one.length > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, end + one.length))
      bytes.copy(larger, 0, 0, end)
      bytes = larger
    }
    bytes.set(one, end)
    end += one.length
    ends[index] = end
  }
  return {
    count,
    at: (index) =>
      index < count ? bytes.subarray(index === 0 ? 0 : ends[index - 1], ends[index]) : undefined,
  }
}
