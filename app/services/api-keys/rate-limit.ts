/** The size of a token bucket, and how fast it fills. */
export interface Rate {
  tokensPerSecond: number
  tokensMax: number
}

/** One token bucket per API key or network in this process. */
export interface RateLimiter {
  /** Takes tokens, if there are so many; then `retryAfterSeconds` is null. */
  take(
    key: string,
    rate: Rate,
    now: number,
    tokens?: number,
  ): { remaining: number; retryAfterSeconds: number | null }
  /** Puts tokens back; a negative number takes more, even below zero. */
  giveBack(key: string, tokens: number): void
}

const BUCKETS_MAX = 10_000

export function createRateLimiter(): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take(key, { tokensPerSecond, tokensMax }, now, tokens = 1) {
      const bucket = buckets.get(key) ?? { tokens: tokensMax, at: now }
      const filled = (Math.max(0, now - bucket.at) / 1000) * tokensPerSecond
      bucket.tokens = Math.min(tokensMax, bucket.tokens + filled)
      bucket.at = now
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value!)
      // A full bucket is enough for anything, or a dear request would wait for ever.
      const needed = Math.min(tokens, tokensMax)
      if (bucket.tokens < needed) {
        const seconds = Math.ceil((needed - bucket.tokens) / tokensPerSecond)
        const remaining = Math.max(0, Math.floor(bucket.tokens))
        return { remaining, retryAfterSeconds: Math.max(1, seconds) }
      }
      bucket.tokens -= tokens
      return { remaining: Math.max(0, Math.floor(bucket.tokens)), retryAfterSeconds: null }
    },
    giveBack(key, tokens) {
      const bucket = buckets.get(key)
      if (bucket !== undefined) bucket.tokens += tokens
    },
  }
}
