import { deleteChallenge, insertChallenge, selectChallenge } from '#db/queries/door/challenges.ts'
import type { ChallengeRow } from '#db/queries/door/challenges.ts'
import type { Ctx } from '#app/context.ts'
import { MINUTE_MS } from '#app/values/duration.ts'
import { createToken, hashToken } from './one-time-token.ts'

export const CHALLENGE_MINUTES = 10

/** Begins a sign-in or a passkey ceremony; the returned token finishes it. */
export async function openChallenge(
  ctx: Ctx,
  values: Pick<ChallengeRow, 'kind' | 'admin' | 'value'>,
): Promise<string> {
  const { token, hash } = createToken(ctx)
  const expiresAt = new Date(ctx.now() + CHALLENGE_MINUTES * MINUTE_MS)
  await insertChallenge(ctx.db, { ...values, id: hash, expiresAt })
  return token
}

/** Leaves the challenge in place: a visitor may correct a mistyped code. */
export async function findChallenge(
  ctx: Ctx,
  kind: ChallengeRow['kind'],
  token: string | null,
): Promise<ChallengeRow | null> {
  const id = hashToken(token)
  return unexpired(ctx, id === null ? null : await selectChallenge(ctx.db, id, kind))
}

/** Deletes the challenge: of two requests that finish it, only one finds it. */
export async function takeChallenge(
  ctx: Ctx,
  kind: ChallengeRow['kind'],
  token: string | null,
): Promise<ChallengeRow | null> {
  const id = hashToken(token)
  return unexpired(ctx, id === null ? null : await deleteChallenge(ctx.db, id, kind))
}

const unexpired = (ctx: Ctx, row: ChallengeRow | null): ChallengeRow | null =>
  row !== null && row.expiresAt.getTime() > ctx.now() ? row : null
