import { returnAttempt, takeAttempt, type Bucket } from '#db/queries/door/attempts.ts'
import type { Ctx } from '#app/context.ts'
import { countedNetwork } from '#app/values/network-address.ts'
import { sha256 } from '#app/values/sha256.ts'

/** Hashed, so that the database keeps no typed name and no visitor's address. */
const named = (kind: string, of: string): string => `${kind}:${sha256(of).toString('base64url')}`

/** Passwords for one name; unknown names are counted alike, or the limit would tell which exist. */
export const accountBucket = (nameKey: string): Bucket => ({
  bucket: named('account', nameKey),
  depth: 5,
  perMinute: 1,
})

/** Passwords from browsers in which this admin signed in before, and from their own session. */
export const deviceBucket = (admin: string): Bucket => ({
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

/**
 * Second factors, tried by somebody who knows the password. Three codes of six digits are right at
 * any time: at this rate a guesser has an even chance after two years.
 */
export const codeBucket = (admin: string, isKnownDevice: boolean): Bucket => ({
  bucket: named(isKnownDevice ? 'device-code' : 'code', admin),
  depth: 5,
  perMinute: 0.2,
})

/** Requests that leave a challenge's row until it expires, by network or by the signed-in admin. */
export const challengeBucket = (of: string): Bucket => ({
  bucket: named('challenge', countedNetwork(of)),
  depth: 60,
  perMinute: 30,
})

/**
 * Takes one token from each bucket, in order. The address's bucket comes first: a refused address
 * must not go on emptying the bucket of a name, or it could keep that admin out.
 */
export async function takeAttempts(ctx: Ctx, buckets: Bucket[]): Promise<boolean> {
  for (const bucket of buckets)
    if (!(await takeAttempt(ctx.db, bucket, new Date(ctx.now())))) return false
  return true
}

export async function returnAttempts(ctx: Ctx, buckets: Bucket[]): Promise<void> {
  for (const bucket of buckets) await returnAttempt(ctx.db, bucket)
}
