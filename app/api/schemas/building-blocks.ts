import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'

extendZodWithOpenApi(z)

export const time = z.iso.datetime().openapi({ example: '2026-11-03T14:02:00.000Z' })
export const receiptId = z
  .string()
  .regex(/^rec_[0-9a-hjkmnp-tv-z]{32}$/)
  .openapi({ example: 'rec_0q4x7n2m9k5t8w3v6b1c0d4f7g2h5j8k' })
export const reservationId = z.string().openapi({ example: 'rsv_4ZxW9cPq0LmN7sTb2Kd1Yv' })
export const mode = z.enum(['live', 'test'])
export const url = z.string()

export const usage = z
  .object({
    used: z.int(),
    reserved: z.int(),
    cap: z.int().nullable(),
    resetsAt: time,
  })
  .openapi('Usage')

export const logState = z
  .object({ state: z.literal('off') })
  .openapi('LogState', { description: '`off`: this portal keeps no public log.' })

export const problem = z
  .looseObject({
    type: url,
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457; each `type` is a page that says what to do.' })
