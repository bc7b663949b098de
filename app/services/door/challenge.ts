import { deleteChallenge, insertChallenge, selectChallenge } from '#db/queries/door/challenges.ts'
import type { ChallengeRow } from '#db/queries/door/challenges.ts'
import type { Ctx } from '#app/context.ts'
import { MINUTE_MS } from '#app/values/duration.ts'
import { createToken, hashToken } from './one-time-token.ts'

export const CHALLENGE_MINUTES = 10

/** Begins something that is finished by whoever holds the token that this gives. */
export async function openChallenge(
  ctx: Ctx,
  values: Pick<ChallengeRow, 'kind' | 'admin' | 'value'>,
): Promise<string> {
  const { token, hash } = createToken(ctx)
  const expiresAt = new Date(ctx.now() + CHALLENGE_MINUTES * MINUTE_MS)
  await insertChallenge(ctx.db, { ...values, id: hash, expiresAt })
  return token
}

/** Looks at it and leaves it: a mistyped code may be typed again. */
export async function findChallenge(
  ctx: Ctx,
  kind: ChallengeRow['kind'],
  token: string | null,
): Promise<ChallengeRow | null> {
  const id = hashToken(token)
  return unexpired(ctx, id === null ? null : await selectChallenge(ctx.db, id, kind))
}

/** Of two that finish the same thing only one finds it. */
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
