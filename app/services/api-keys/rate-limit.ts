/** One token bucket per API key in this process. It holds one second of the key's rate. */
export interface RateLimiter {
  /** Takes one token; `retryAfterSeconds` is null when there was one. */
  take(
    key: string,
    ratePerSecond: number,
    now: number,
  ): { remaining: number; retryAfterSeconds: number | null }
}

const BUCKETS_MAX = 10_000

export function createRateLimiter(): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take(key, ratePerSecond, now) {
      const bucket = buckets.get(key) ?? { tokens: ratePerSecond, at: now }
      bucket.tokens = Math.min(
        ratePerSecond,
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
  }
}
