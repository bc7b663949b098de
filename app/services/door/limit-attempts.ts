import {
  returnAttempt,
  selectWaitSeconds,
  takeAttempt,
  type Bucket,
} from '#db/queries/door/attempts.ts'
import type { Ctx } from '#app/context.ts'
import { countedNetwork, countedSite } from '#app/values/network-address.ts'
import { sha256 } from '#app/values/sha256.ts'
import { refused } from '../outcome.ts'

/** Hashed, so that the database keeps no typed name and no visitor's address. */
const named = (kind: string, of: string): string => `${kind}:${sha256(of).toString('base64url')}`

/**
 * Passwords for one name from one network: a stranger who goes on guessing must not keep the admin
 * out elsewhere. Unknown names are counted alike, or the limit would tell which exist.
 */
const accountBucket = (nameKey: string, address: string): Bucket => ({
  bucket: named('account', `${countedSite(address)} ${nameKey}`),
  depth: 5,
  perMinute: 1,
})

/** Passwords for one name from everywhere, which only a crowd of networks can use up. */
const nameBucket = (nameKey: string): Bucket => ({
  bucket: named('name', nameKey),
  depth: 100,
  perMinute: 30,
})

/** Passwords from browsers in which this admin signed in before, and from their own session. */
const deviceBucket = (admin: string): Bucket => ({
  bucket: named('device', admin),
  depth: 5,
  perMinute: 1,
})

/** All attempts to sign in from one network. */
export const addressBucket = (address: string): Bucket => ({
  bucket: named('address', countedNetwork(address)),
  depth: 20,
  perMinute: 10,
})

/** Second factors from one network, or from the browsers in which this admin signed in before. */
const codeBucket = (admin: string, from: string): Bucket => ({
  bucket: named('code', `${from} ${admin}`),
  depth: 5,
  perMinute: 0.2,
})

/**
 * Second factors from everywhere, tried by somebody who knows the password. Three codes of six
 * digits are right at any time: at this rate a guesser has an even chance after five months.
 */
const allCodesBucket = (admin: string): Bucket => ({
  bucket: named('codes', admin),
  depth: 30,
  perMinute: 1,
})

interface Guesser {
  address: string
  /** Whether this browser, or this session, proved that the admin signed in here before. */
  isKnown: boolean
}

export const passwordBuckets = (
  { address, isKnown }: Guesser,
  nameKey: string,
  admin: string | null,
): Bucket[] => [
  addressBucket(address),
  ...(isKnown && admin !== null
    ? [deviceBucket(admin)]
    : [accountBucket(nameKey, address), nameBucket(nameKey)]),
]

export const codeBuckets = ({ address, isKnown }: Guesser, admin: string): Bucket[] => [
  addressBucket(address),
  ...(isKnown
    ? [codeBucket(admin, 'device')]
    : [codeBucket(admin, countedNetwork(address)), allCodesBucket(admin)]),
]

/** Requests that leave a challenge's row until it expires, by network or by the signed-in admin. */
export const challengeBucket = (of: string): Bucket => ({
  bucket: named('challenge', countedNetwork(of)),
  depth: 60,
  perMinute: 30,
})

/**
 * Takes one token from each bucket, in order. The narrow buckets come first: a refused network must
 * not go on emptying the bucket of a name, or it could keep that admin out. Null if there was one in
 * each.
 */
export async function takeAttempts(ctx: Ctx, buckets: Bucket[]) {
  const now = new Date(ctx.now())
  for (const bucket of buckets)
    if (!(await takeAttempt(ctx.db, bucket, now))) {
      const waitSeconds = await selectWaitSeconds(ctx.db, bucket, now)
      return refused('too_many', { waitSeconds })
    }
  return null
}

export async function returnAttempts(ctx: Ctx, buckets: Bucket[]): Promise<void> {
  for (const bucket of buckets) await returnAttempt(ctx.db, bucket)
}
