import { z } from 'zod'
import { RATE_PER_SECOND_MAX } from '#app/services/create-api-key.ts'
import { isSlug } from '#app/services/find-issuer.ts'
import { isName, isPlainText, REASON_CHARACTERS_MAX } from '#app/services/plain-text.ts'
import { PROOF_CHARACTERS_MAX } from '#app/services/publish-key.ts'
import { OVERLAP_HOURS_MAX } from '#app/services/rotate-api-key.ts'
import { isWebsite } from '#app/services/website.ts'

/** An empty field is a missing one; what is wrong is said in the words of the page. */
const text = (missing: string) => z.string({ error: missing }).trim()

const name = text('Give it a name.').refine(
  isName,
  'Use 1 to 100 visible characters, without line breaks, control or direction characters.',
)
const website = text('')
  .refine(isWebsite, 'Give a whole address that begins with https:// and has no user or password.')
  .optional()
const isReason = (value: string) => isPlainText(value, REASON_CHARACTERS_MAX)
const REASON_RULE = `Use 1 to ${REASON_CHARACTERS_MAX} characters, without line breaks, control or direction characters.`

export const newIssuer = z.object({
  name,
  slug: text('Give it a short name for addresses.').refine(
    isSlug,
    'Use 1 to 63 of a-z, 0-9 and hyphens, with a letter or digit at both ends.',
  ),
  url: website,
})

export const issuerChange = z.object({ name, url: website })

export const newSigningKey = z.object({
  jwk: text('Paste the public key.').max(10_000, 'That is too long for a public key.'),
  proof: text('Paste the proof.').max(PROOF_CHARACTERS_MAX, 'That is too long for a proof.'),
})

export const retirement = z.object({
  reason: text('').refine(isReason, REASON_RULE).optional(),
})

export const keyRevocation = z.object({
  reason: text('Say why; everybody can read it.').refine(isReason, REASON_RULE),
})

/** Read as the browser's own field writes it, in UTC: `2026-11-03T14:02`, with seconds or without. */
export function readMoment(given: string | null): Date | null {
  if (given === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.test(given))
    return null
  const at = new Date(`${given}Z`)
  // The 31st of February is no day of March.
  const isSame = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given.slice(0, 16))
  return isSame ? at : null
}

const whole = (what: string) =>
  z.int({ error: `${what} is a whole number.` }).min(0, `${what} can’t be less than 0.`)
const cap = whole('A cap').max(Number.MAX_SAFE_INTEGER, 'That is too much.').optional()
const ratePerSecond = whole('A rate')
  .min(1, 'A rate is at least 1.')
  .max(RATE_PER_SECOND_MAX, `A rate is at most ${RATE_PER_SECOND_MAX.toLocaleString('en')}.`)
  .optional()

export const newApiKey = z.object({
  issuer: text('Choose whose receipts it posts.'),
  name,
  mode: z.enum(['live', 'test'], { error: 'Choose live or test.' }),
  cap,
  ratePerSecond,
  expiresOn: z.iso.date({ error: 'Give a day, as in 2027-01-31.' }).optional(),
})

export const apiKeyChange = z.object({ name, cap, ratePerSecond })

export const rotation = z.object({
  overlapHours: z
    .number({ error: 'Give a number of hours; 0 ends the old secret at once.' })
    .min(0, 'Hours can’t be less than 0.')
    .max(OVERLAP_HOURS_MAX, `At most ${OVERLAP_HOURS_MAX} hours, which are thirty days.`),
})

/** A key that expires on a day works until that day is over, in UTC. */
export const endOfDay = (day: string | undefined): Date | null =>
  day === undefined ? null : new Date(Date.parse(day) + 86_400_000)
