import { z } from 'zod'
import {
  logState,
  mode,
  problem,
  receiptId,
  reservationId,
  time,
  url,
  usage,
} from './building-blocks.ts'

const BATCH_ITEMS_MAX = 1_000

export const contentBody = z
  .union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.string() })], {
    error: 'Must be { "text": … } or { "base64": … }',
  })
  .openapi('Content', { description: 'The exact bytes, as text (UTF-8) or as base64.' })

export const submission = z
  .strictObject({
    receipt: z.string().openapi({ description: 'A compact JWS.' }),
    content: contentBody.optional(),
    visibility: z.enum(['private', 'public', 'findable']).default('private').openapi({
      description:
        '`private`: the content, if sent, is compared and not kept. `public`: it is kept and shown; needs content. `findable`: as private, and its digest may be searched.',
    }),
    reservation: reservationId
      .max(64)
      .regex(/^[\x21-\x7e]*$/, 'Must be a reservation id')
      .optional(),
  })
  .openapi('Submission')

export const batch = z
  .strictObject({
    // Each item is read on its own, so that an ill-formed one is refused alone.
    receipts: z
      .array(z.unknown().openapi({ type: 'object', description: 'A Submission.' }))
      .min(1)
      .max(BATCH_ITEMS_MAX),
  })
  .openapi('Batch')

const contentFate = z.enum(['stored', 'checked', 'none']).openapi({
  description:
    'The content now: `stored`: kept and shown. `checked`: it is the signed one, and was not kept. `none`: neither.',
})

export const ingested = z
  .object({ receiptId, verifyUrl: url, mode, content: contentFate, log: logState, usage })
  .openapi('Ingested')

export const batchResult = z
  .object({
    results: z.array(
      z.union([
        z.object({
          status: z.union([z.literal(200), z.literal(201)]),
          result: z.object({ receiptId, verifyUrl: url, content: contentFate, log: logState }),
        }),
        z.object({ status: z.int().min(400), problem }),
      ]),
    ),
    usage,
  })
  .openapi('BatchResult')

export const reservationBody = z
  .strictObject({
    count: z.int().min(1).max(1_000).default(1),
    ttlSeconds: z.int().min(1).max(86_400).default(600),
  })
  .openapi('ReservationRequest')

export const reservation = z
  .object({ reservation: reservationId, count: z.int(), expiresAt: time, usage })
  .openapi('Reservation')

export const usageReport = usage.extend({ period: z.string() }).openapi('UsageReport', {
  description: '`period` is the first day of the calendar month, UTC.',
})
