import { z } from 'zod'
import { AXES, VERDICTS } from '#receipt/report.ts'
import { contentBody } from './ingestion.ts'
import { logState, mode, receiptId, time, url } from './building-blocks.ts'

/** Longer than any spelling of an id; an answer repeats the id that it was asked for. */
const RECEIPT_ID_CHARACTERS_MAX = 256

const signingKeyState = z.enum(['active', 'retired', 'revoked'])

const jwk = z
  .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })
  .openapi('Jwk')

export const report = z
  .object({
    receiptId: z.string().nullable(),
    verdict: z.enum(VERDICTS),
    mode: mode.nullable(),
    checks: z.array(
      z.object({
        axis: z.enum(AXES),
        check: z.string(),
        status: z.enum(['pass', 'fail', 'warn', 'not-checked']),
        code: z.string(),
        message: z.string(),
      }),
    ),
    receipt: z
      .object({
        header: z.object({ alg: z.enum(['Ed25519', 'EdDSA']), kid: z.string(), typ: z.string() }),
        claims: z.looseObject({ v: z.literal(1), iss: z.string(), iat: z.int() }),
      })
      .nullable(),
    issuer: z
      .object({
        slug: z.string(),
        name: z.string(),
        url: url.nullable(),
        domainVerified: z.boolean(),
      })
      .nullable(),
    signingKey: z
      .object({
        kid: z.string(),
        state: signingKeyState,
        publishedAt: time,
        retiredAt: time.nullable(),
        revokedAt: time.nullable(),
        compromisedSince: time.nullable(),
        reason: z.string().nullable(),
      })
      .nullable(),
    // A union, because `nullable` on a named shape would describe a shape that can't be null.
    log: z.union([logState, z.null()]),
    receivedAt: time.nullable(),
    revocation: z.object({ revokedAt: time, reason: z.string() }).nullable(),
    contentAvailable: z.boolean(),
    links: z
      .object({
        self: url,
        page: url,
        receipt: url,
        bundle: url,
        content: url.nullable(),
        issuer: url.nullable(),
      })
      .nullable(),
  })
  .openapi('Report', { description: 'Verdict, checks and facts together.' })

const bundleKey = z.object({
  jwk,
  state: signingKeyState,
  publishedAt: time,
  retiredAt: time.optional(),
  revokedAt: time.optional(),
  compromisedSince: time.optional(),
})

export const bundle = z
  .object({
    v: z.literal(1),
    receipt: z.string(),
    content: contentBody.optional(),
    keys: z.array(bundleKey),
    proof: z.string().optional(),
  })
  .openapi('Bundle', { description: 'Everything needed to verify a receipt offline.' })

export const verifyBody = z
  .strictObject({
    receipt: z.string().optional(),
    receiptId: z.string().max(RECEIPT_ID_CHARACTERS_MAX).optional(),
    // The core reads the bundle, because a schema can't express all its rules.
    bundle: z.unknown().optional().openapi({ type: 'object', description: 'A Bundle.' }),
    content: contentBody.optional(),
    contentDigest: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, 'Must be 32 bytes in base64url')
      .optional()
      .openapi({ description: 'SHA-256 of the content, base64url.' }),
  })
  .superRefine((body, check) => {
    const named = ['receipt', 'receiptId', 'bundle'].filter((name) => Object.hasOwn(body, name))
    if (named.length !== 1) {
      check.addIssue('Exactly one of receipt, receiptId and bundle is needed')
    }
    if (body.content !== undefined && body.contentDigest !== undefined) {
      check.addIssue('Only one of content and contentDigest can be given')
    }
  })
  .openapi('VerifyRequest')

export const jwks = z
  .object({ keys: z.array(jwk.extend({ kid: z.string(), use: z.literal('sig') })) })
  .openapi('JwkSet', { description: 'Active and retired keys; no `alg` member.' })

export const signingKey = z
  .object({
    kid: z.string(),
    jwk,
    state: signingKeyState,
    publishedAt: time,
    retiredAt: time.nullable(),
    revokedAt: time.nullable(),
    compromisedSince: time.nullable(),
    reason: z.string().nullable(),
  })
  .openapi('SigningKey')

export const issuer = z
  .object({
    slug: z.string(),
    name: z.string(),
    url: url.nullable(),
    domainVerified: z.boolean(),
    createdAt: time,
    keys: z.array(signingKey),
  })
  .openapi('Issuer')

export const lookup = z
  .object({
    matches: z.array(z.object({ digestHex: z.string(), receiptId })).max(1_000),
    /** More receipts match than are listed; a longer prefix finds fewer. */
    truncated: z.boolean(),
  })
  .openapi('Lookup')
