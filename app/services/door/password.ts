import { hash, verify } from '@node-rs/argon2'
import { nameSkeleton } from '../name-skeleton.ts'
import { refused, type Outcome } from '../outcome.ts'
import { isCommonPassword } from './common-password.ts'
import { createTurns } from './take-turns.ts'
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from './password-length.ts'

/** OWASP's minimum for argon2id (algorithm 2): 19 MiB, two passes, one lane. */
export const PASSWORD_COST = {
  algorithm: 2,
  version: 1,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
} as const

/**
 * One password at a time. Each takes 19 MiB and one of the four threads of
 * Node's pool: without a limit, a few strangers at the sign-in form would hold up all other work there.
 */
const turns = createTurns(1)
/** A further visitor would wait for seconds, and many would have left by then. */
const WAITING_MAX = 100

/** The hash of random bytes that nobody kept, at the same cost. */
export const DUMMY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$AqwQ2DhyEBKEBMFDtsdo6w$XIkttLAAQ1Fvn0o8mo4waIfgoHnzSXfFt95RBmwUmiE'

/** Keyboards and systems write one character in several ways; NFKC is one of them. */
const normalise = (password: string): string => password.normalize('NFKC')

/** Allows any characters; refuses short and long passwords and those that attackers try first. */
export function judgePassword(password: string, name: string): Outcome<null, 'weak_password'> {
  const length = Array.from(normalise(password)).length
  const refuse = (detail: string) => refused('weak_password' as const, { detail })
  if (length < PASSWORD_CHARACTERS_MIN)
    return refuse(
      `Use at least ${PASSWORD_CHARACTERS_MIN} characters: a few words in a row are easy to keep in mind.`,
    )
  if (password.length > 4 * PASSWORD_CHARACTERS_MAX || length > PASSWORD_CHARACTERS_MAX)
    return refuse(`Use at most ${PASSWORD_CHARACTERS_MAX} characters.`)
  const plain = normalise(password).toLowerCase()
  if (nameSkeleton(password) === nameSkeleton(name))
    return refuse('This is your name, which everybody here knows: choose something else.')
  if (isCommonPassword(plain) || new Set(plain).size < 4)
    return refuse('This is one of the first passwords that anybody tries: choose another.')
  return { ok: true, value: null }
}

/** For holders of a link or a session alone: they wait for their turn without a limit. */
export const hashPassword = (password: string): Promise<string> =>
  turns.take(() => hash(normalise(password), PASSWORD_COST), Infinity)!

/**
 * Takes equally long for a name without a hash (an unknown name, or an admin with passkeys alone):
 * the time of an answer must not tell who is an admin. Null if too many wait.
 */
export async function verifyPassword(
  kept: string | null,
  password: string,
): Promise<boolean | null> {
  // No password is kept that is so long, and a part of one must not be taken for the whole.
  const given = password.length > 4 * PASSWORD_CHARACTERS_MAX ? '' : normalise(password)
  const isRight = await turns.take(() => verify(kept ?? DUMMY_HASH, given), WAITING_MAX)
  return isRight === null ? null : isRight && kept !== null
}
