import { returnAttempt, takeAttempt, type Bucket } from '#db/queries/door/attempts.ts'
import type { Ctx } from '#app/context.ts'
import { countedNetwork } from '#app/values/network-address.ts'
import { sha256 } from '#app/values/sha256.ts'

/** Hashed: what a stranger types as a name, or comes from, is kept nowhere. */
const named = (kind: string, of: string): string => `${kind}:${sha256(of).toString('base64url')}`

/** Of passwords for one name, whether anybody has it or not. */
export const accountBucket = (nameKey: string): Bucket => ({
  bucket: named('account', nameKey),
  depth: 5,
  perMinute: 1,
})

/** Of passwords from browsers in which this admin was signed in before, and in their own session. */
export const deviceBucket = (admin: string): Bucket => ({
  bucket: named('device', admin),
  depth: 5,
  perMinute: 1,
})

/** Of everything that is tried at the door from one address. */
export const addressBucket = (address: string): Bucket => ({
  bucket: named('address', countedNetwork(address)),
  depth: 20,
  perMinute: 10,
})

/**
 * Of second factors, by whoever knows the password: six digits, three of which are right at any
 * time, take two years of trying at this rate for an even chance.
 */
export const codeBucket = (admin: string, isKnownDevice: boolean): Bucket => ({
  bucket: named(isKnownDevice ? 'device-code' : 'code', admin),
  depth: 5,
  perMinute: 0.2,
})

/** Of questions that leave a row behind until it expires; by an address, or by who is signed in. */
export const challengeBucket = (of: string): Bucket => ({
  bucket: named('challenge', countedNetwork(of)),
  depth: 60,
  perMinute: 30,
})

/**
 * One token of each, in order. The address comes first: one that is refused must not go on emptying
 * the bucket of a name, or it could keep that name's owner out.
 */
export async function takeAttempts(ctx: Ctx, buckets: Bucket[]): Promise<boolean> {
  for (const bucket of buckets)
    if (!(await takeAttempt(ctx.db, bucket, new Date(ctx.now())))) return false
  return true
}

export async function returnAttempts(ctx: Ctx, buckets: Bucket[]): Promise<void> {
  for (const bucket of buckets) await returnAttempt(ctx.db, bucket)
}
