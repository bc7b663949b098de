/** A map of bounded size that forgets what was used longest ago. */
export interface Lru<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  clear(): void
}

/** `weigh` gives an entry's size in the unit of `weightMax`; by default every entry weighs 1. */
export function createLru<V>(weightMax: number, weigh: (value: V) => number = () => 1): Lru<V> {
  const entries = new Map<string, { value: V; weight: number }>()
  let total = 0
  /** Is in its place already: where there are few keys, most are asked for again at once. */
  let newest: string | undefined

  function remove(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    total -= entry.weight
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (key !== newest) {
        entries.delete(key)
        entries.set(key, entry)
        newest = key
      }
      return entry.value
    },
    set(key, value) {
      remove(key)
      const weight = weigh(value)
      if (weight > weightMax) return
      entries.set(key, { value, weight })
      newest = key
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= weightMax) break
        remove(oldest)
      }
    },
    delete: remove,
    clear() {
      entries.clear()
      total = 0
    },
  }
}
