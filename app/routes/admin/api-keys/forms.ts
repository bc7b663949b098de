import { z } from 'zod'
import { RATE_PER_SECOND_MAX } from '#app/services/api-keys/create-api-key.ts'
import { API_KEY_SCOPES } from '#app/services/api-keys/scopes.ts'
import { OVERLAP_HOURS_MAX } from '#app/services/api-keys/rotate-api-key.ts'
import { name, text } from '../text-fields.ts'

const whole = (what: string) =>
  z.int({ error: `${what} is a whole number.` }).min(0, `${what} can’t be less than 0.`)
const cap = whole('A cap').max(Number.MAX_SAFE_INTEGER, 'That is too much.').optional()
const ratePerSecond = whole('A rate')
  .min(1, 'A rate is at least 1.')
  .max(RATE_PER_SECOND_MAX, `A rate is at most ${RATE_PER_SECOND_MAX.toLocaleString('en')}.`)
  .optional()

export const newApiKey = z.object({
  issuer: text('Choose the issuer whose receipts it posts.'),
  name,
  mode: z.enum(['live', 'test'], { error: 'Choose live or test.' }),
  scopes: z.array(z.enum(API_KEY_SCOPES)).min(1, 'Tick at least one thing that it may do.'),
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
