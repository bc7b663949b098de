import { z } from 'zod'
import { RATE_PER_SECOND_MAX } from '#app/services/api-keys/create-api-key.ts'
import { isAuditPlace } from '#app/services/audit/list-audit.ts'
import { isName, isPlainText, REASON_CHARACTERS_MAX } from '#app/services/plain-text.ts'
import { PAGE_ITEMS_MAX } from '#app/services/outcome.ts'
import { PROOF_CHARACTERS_MAX } from '#app/services/issuers/publish-key.ts'
import { isUsagePlace } from '#app/services/api-keys/read-usage-all.ts'
import { OVERLAP_HOURS_MAX } from '#app/services/api-keys/rotate-api-key.ts'
import { API_KEY_SCOPES } from '#app/services/api-keys/scopes.ts'
import { isWebsite, WEBSITE_CHARACTERS_MAX } from '#app/services/issuers/website.ts'
import { mode, receiptId, time } from './building-blocks.ts'
import { issuer } from './verification.ts'

const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'Must be 1 to 63 of a-z, 0-9 and inner hyphens')
  .openapi({ example: 'acme' })

const name = z
  .string()
  .refine(isName, 'Must be 1 to 100 visible characters, without control or direction characters')
  .openapi({ minLength: 1, maxLength: 100, example: 'ACME' })

const reason = z
  .string()
  .refine(
    (text) => isPlainText(text, REASON_CHARACTERS_MAX),
    'Must be 1 to 500 characters, without control or direction characters',
  )
  .openapi({ minLength: 1, maxLength: REASON_CHARACTERS_MAX, description: 'Shown to everybody.' })

const website = z
  .string()
  // `abort` skips the check of the address, so that a text too long gets one error, not two.
  .max(WEBSITE_CHARACTERS_MAX, { abort: true })
  .refine(isWebsite, 'Must be an http or https address without user and password')
  .nullable()
  .openapi({ format: 'uri', example: 'https://acme.example' })

const cap = z
  .int()
  .min(0)
  .nullable()
  .openapi({ description: 'Receipts a calendar month (UTC); null is no cap.', example: 10_000 })
const ratePerSecond = z
  .int()
  .min(1)
  .max(RATE_PER_SECOND_MAX)
  .nullable()
  .openapi({ description: 'Requests a second; null is no limit.' })

const scopes = z
  .array(z.enum(API_KEY_SCOPES))
  .min(1, 'Must name at least one scope')
  .max(API_KEY_SCOPES.length)
  .openapi({
    description:
      'What the API key may be used for: `post` receipts, call the `gateway`, `relay` streams.',
    example: ['post'],
  })

export const newIssuer = z
  .strictObject({ slug, name, url: website.optional() })
  .openapi('NewIssuer')

export const issuerChange = z
  .strictObject({ name: name.optional(), url: website.optional() })
  .openapi('IssuerChange')

const issuerSummary = issuer.omit({ keys: true }).openapi('IssuerSummary')

export const newSigningKey = z
  .strictObject({
    // The core reads the key, because it tells a private key from a weak one.
    jwk: z
      .unknown()
      .refine((value) => value !== undefined, 'Is missing')
      .openapi({ type: 'object', description: 'The public key: `kty`, `crv` and `x`.' }),
    proof: z.string().max(PROOF_CHARACTERS_MAX).openapi({
      description:
        'A compact JWS by this key: `typ` `key-proof+jwt`, claims `iss` (the slug), `aud` (this portal) and `iat`.',
    }),
  })
  .openapi('NewSigningKey')

export const retirement = z.strictObject({ reason: reason.optional() }).openapi('Retirement')
export const keyRevocation = z
  .strictObject({ reason, compromisedSince: time.optional() })
  .openapi('KeyRevocation', {
    description: 'Receipts received at or after `compromisedSince`, else after now, are revoked.',
  })

export const newApiKey = z
  .strictObject({
    name,
    mode,
    cap,
    ratePerSecond: ratePerSecond.optional(),
    expiresAt: time.nullable().optional(),
    scopes: scopes.optional(),
  })
  .openapi('NewApiKey')

export const apiKeyChange = z
  .strictObject({
    name: name.optional(),
    cap: cap.optional(),
    ratePerSecond: ratePerSecond.optional(),
  })
  .openapi('ApiKeyChange')

export const rotation = z
  .strictObject({
    overlapHours: z.number().min(0).max(OVERLAP_HOURS_MAX).openapi({
      description: 'How long the old secret works beside the new one; 0: not at all.',
      example: 24,
    }),
  })
  .openapi('Rotation')

export const apiKey = z
  .object({
    id: z.string().openapi({ example: 'key_8fK2mQ0z' }),
    issuer: z.string(),
    name: z.string(),
    mode,
    scopes,
    cap: z.int().nullable(),
    ratePerSecond: z.int().nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    previousExpiresAt: time.nullable().openapi({
      description: 'Until then the secret before the last rotation works too.',
    }),
  })
  .openapi('ApiKey')

export const apiKeyWithSecret = apiKey
  .extend({ apiKey: z.string().openapi({ description: 'The secret, this once.' }) })
  .openapi('ApiKeyWithSecret')

export const receiptRevocation = z.strictObject({ reason }).openapi('ReceiptRevocation')
export const revokedReceipt = z
  .object({ receiptId, revokedAt: time, reason: z.string() })
  .openapi('RevokedReceipt')

const usageOfMonth = z
  .object({
    apiKey: z.string(),
    name: z.string(),
    issuer: z.string(),
    mode,
    period: z.iso.date().openapi({ description: 'The first day of the month, UTC.' }),
    used: z.int(),
    reserved: z.int(),
    cap: z.int().nullable(),
  })
  .openapi('UsageOfMonth')

const auditEntry = z
  .object({
    id: z.uuid(),
    at: time,
    actor: z.string(),
    address: z.string().nullable(),
    action: z.string().openapi({ example: 'api_key.update' }),
    subject: z.string(),
    requestId: z.string().nullable(),
    before: z.looseObject({}).nullable(),
    after: z.looseObject({}).nullable(),
  })
  .openapi('AuditEntry')

const next = z.string().nullable().openapi({ description: 'Give it as `after`; null: the end.' })
export const issuerPage = z.object({ items: z.array(issuerSummary), next }).openapi('IssuerPage')
export const apiKeyPage = z.object({ items: z.array(apiKey), next }).openapi('ApiKeyPage')
export const usagePage = z.object({ items: z.array(usageOfMonth), next }).openapi('UsagePage')
export const auditPage = z.object({ items: z.array(auditEntry), next }).openapi('AuditPage')

const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(PAGE_ITEMS_MAX)
  .default(50)
  .openapi({ type: 'integer', minimum: 1, maximum: PAGE_ITEMS_MAX })
const place = (isPlace: (text: string) => boolean) =>
  z.string().refine(isPlace, 'Must be the `next` of an earlier answer').optional()
const isPlainPlace = (text: string) => /^[0-9A-Za-z_-]{1,64}$/.test(text)

export const issuerQuery = z.strictObject({ after: place(isPlainPlace), limit })
export const apiKeyQuery = z.strictObject({
  issuer: slug.optional(),
  after: place(isPlainPlace),
  limit,
})
export const usageQuery = z.strictObject({
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  after: place(isUsagePlace),
  limit,
})
export const auditQuery = z.strictObject({ after: place(isAuditPlace), limit })
