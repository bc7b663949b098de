import { z } from 'zod'
import { isSlug } from '#app/services/issuers/find-issuer.ts'
import { isPlainText, REASON_CHARACTERS_MAX } from '#app/services/plain-text.ts'
import { PROOF_CHARACTERS_MAX } from '#app/services/issuers/publish-key.ts'
import { isWebsite } from '#app/services/issuers/website.ts'
import { name, text } from '../text-fields.ts'

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
  /** The proof may also stand beside the key, in one text with it. */
  proof: text('').max(PROOF_CHARACTERS_MAX, 'That is too long for a proof.').optional(),
})

export const retirement = z.object({
  reason: text('').refine(isReason, REASON_RULE).optional(),
})

export const keyRevocation = z.object({
  reason: text('Say why; everybody can read it.').refine(isReason, REASON_RULE),
})

/** Reads a `datetime-local` value as UTC: `2026-11-03T14:02`, with or without seconds. */
export function readMoment(given: string | null): Date | null {
  if (given === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.test(given))
    return null
  const at = new Date(`${given}Z`)
  // `Date` would turn 31 February into a day of March.
  const isSame = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given.slice(0, 16))
  return isSame ? at : null
}
