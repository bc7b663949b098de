import { Buffer } from 'node:buffer'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { PasskeyRow } from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { MINUTE_MS } from '#app/values/duration.ts'
import { openChallenge, takeChallenge } from './challenge.ts'

/** A challenge made for one use is refused for every other. */
export type PasskeyUse = 'sign-in' | 'confirm' | 'add' | 'join'

const CHALLENGE_BYTES = 32
const TIMEOUT_MS = 5 * MINUTE_MS
/** EdDSA, ES256 and RS256: every authenticator knows one of them. */
const ALGORITHMS = [-8, -7, -257]

const relyingParty = (ctx: Ctx) => {
  const { hostname, origin } = new URL(ctx.config.publicUrl)
  return { id: hostname, origin }
}

/** An account's handle in authenticators: derived from its id, so that it tells nothing personal. */
export const userHandle = (admin: string): string =>
  Buffer.from(admin.replaceAll('-', ''), 'hex').toString('base64url')

interface Begun<Options> {
  options: Options
  /** For a short-lived cookie. */
  token: string
}

async function keep(ctx: Ctx, use: PasskeyUse, admin: string | null, challenge: string) {
  // A visitor who joins has no admin row yet, so their future id is part of the value.
  const known = use === 'join' ? null : admin
  const value = JSON.stringify({ use, challenge, user: admin })
  return openChallenge(ctx, { kind: 'passkey', admin: known, value })
}

/** Deletes the challenge: the portal judges one answer, right or wrong. */
async function take(
  ctx: Ctx,
  use: PasskeyUse,
  token: string | null,
): Promise<{ challenge: string; user: string | null } | null> {
  const row = await takeChallenge(ctx, 'passkey', token)
  if (row === null) return null
  const kept = JSON.parse(row.value) as { use: string; challenge: string; user: string | null }
  return kept.use === use ? kept : null
}

const randomChallenge = (ctx: Ctx): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(ctx.random(CHALLENGE_BYTES))

export async function beginRegistration(
  ctx: Ctx,
  use: 'add' | 'join',
  { admin, name, existing }: { admin: string; name: string; existing: PasskeyRow[] },
): Promise<Begun<PublicKeyCredentialCreationOptionsJSON>> {
  const options = await generateRegistrationOptions({
    rpName: 'Counterfoil',
    rpID: relyingParty(ctx).id,
    userName: name,
    userDisplayName: name,
    userID: Uint8Array.from(Buffer.from(userHandle(admin), 'base64url')),
    challenge: randomChallenge(ctx),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: existing.map(({ id, transports }) => ({ id, transports })),
    // The authenticator finds the passkey itself: signing in asks for no name.
    authenticatorSelection: {
      residentKey: 'required',
      userVerification: ctx.config.requireSecondFactor ? 'required' : 'preferred',
    },
    supportedAlgorithmIDs: ALGORITHMS,
  })
  return { options, token: await keep(ctx, use, admin, options.challenge) }
}

/** The new credential and its future owner; null if any check fails. */
export async function finishRegistration(
  ctx: Ctx,
  use: 'add' | 'join',
  token: string | null,
  answer: string,
): Promise<{
  user: string
  passkey: Pick<PasskeyRow, 'id' | 'publicKey' | 'counter' | 'transports'>
} | null> {
  const kept = await take(ctx, use, token)
  const response = readAnswer(answer)
  if (kept?.user == null || response === null) return null
  const { id, origin } = relyingParty(ctx)
  const verified = await verifyRegistrationResponse({
    response: response as unknown as RegistrationResponseJSON,
    expectedChallenge: kept.challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserPresence: true,
    // A passkey that verifies nobody is one factor.
    requireUserVerification: ctx.config.requireSecondFactor,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => null)
  if (verified?.registrationInfo === undefined) return null
  const { credential } = verified.registrationInfo
  return {
    user: kept.user,
    passkey: {
      id: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      // Unverified hints of the browser, kept for the next `excludeCredentials` and sign-in.
      transports: (credential.transports ?? []).filter((name) => /^[a-z-]{1,20}$/.test(name)),
    },
  }
}

/** `allowed` limits the question to one admin's passkeys; null allows any passkey of this portal. */
export async function beginAuthentication(
  ctx: Ctx,
  use: 'sign-in' | 'confirm',
  allowed: { admin: string; passkeys: PasskeyRow[] } | null,
): Promise<Begun<PublicKeyCredentialRequestOptionsJSON>> {
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(ctx).id,
    challenge: randomChallenge(ctx),
    timeout: TIMEOUT_MS,
    userVerification: 'preferred',
    ...(allowed === null
      ? {}
      : {
          allowCredentials: allowed.passkeys.map(({ id, transports }) => ({ id, transports })),
        }),
  })
  return { options, token: await keep(ctx, use, allowed?.admin ?? null, options.challenge) }
}

/** The passkey that signed the answer, and whether its device verified the person too. */
export async function finishAuthentication(
  ctx: Ctx,
  use: 'sign-in' | 'confirm',
  token: string | null,
  answer: string,
  find: (id: string) => Promise<PasskeyRow | null>,
): Promise<{ passkey: PasskeyRow; counter: number; isPersonVerified: boolean } | null> {
  const kept = await take(ctx, use, token)
  const response = readAnswer(answer)
  const passkey = kept === null || response === null ? null : await find(response.id)
  if (kept === null || response === null || passkey === null) return null
  if (kept.user !== null && kept.user !== passkey.admin) return null
  const handle = (response.response as { userHandle?: unknown } | undefined)?.userHandle
  if (handle != null && handle !== userHandle(passkey.admin)) return null
  const { id, origin } = relyingParty(ctx)
  const verified = await verifyAuthenticationResponse({
    response: response as unknown as AuthenticationResponseJSON,
    expectedChallenge: kept.challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: false,
    credential: {
      id: passkey.id,
      publicKey: Uint8Array.from(passkey.publicKey),
      counter: passkey.counter,
      transports: passkey.transports,
    },
  }).catch(() => null)
  if (verified?.verified !== true) return null
  const { newCounter, userVerified } = verified.authenticationInfo
  return { passkey, counter: newCounter, isPersonVerified: userVerified }
}

/** Checks only that a stranger's text has an id; the verification checks the rest. */
function readAnswer(text: string): { id: string; response?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('id' in value)) return null
    const { id } = value
    return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? { ...value, id } : null
  } catch {
    return null
  }
}
