/** Token buckets in this process, one for each key. A bucket holds `depth` tokens at most. */
export interface RateLimiter {
  /**
   * Takes one token; `retryAfterSeconds` is null when there was one. The depth of an API key's
   * bucket is one second of its rate.
   */
  take(
    key: string,
    ratePerSecond: number,
    now: number,
    depth?: number,
  ): { remaining: number; retryAfterSeconds: number | null }
  /** Gives back a token that was taken. */
  giveBack(key: string): void
}

const BUCKETS_MAX = 10_000

export function createRateLimiter(): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take(key, ratePerSecond, now, depth = ratePerSecond) {
      const bucket = buckets.get(key) ?? { tokens: depth, at: now }
      bucket.tokens = Math.min(
        depth,
        bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * ratePerSecond,
      )
      bucket.at = now
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value!)
      if (bucket.tokens < 1) {
        return {
          remaining: 0,
          retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.tokens) / ratePerSecond)),
        }
      }
      bucket.tokens -= 1
      return { remaining: Math.floor(bucket.tokens), retryAfterSeconds: null }
    },
    giveBack(key) {
      const bucket = buckets.get(key)
      if (bucket !== undefined) bucket.tokens += 1
    },
  }
}
