import type { z } from 'zod'
import type { ProblemCode } from '#app/web/problem.ts'

/** What the reference says of one row of API_ROUTES. */
export interface RouteDoc {
  access: 'public' | 'key' | 'admin'
  summary: string
  description?: string
  query?: z.ZodObject
  body?: {
    schema: z.ZodType
    example: unknown
    /** Other media types, each a string. */
    also?: string[]
    optional?: boolean
  }
  answers: Record<number, AnswerDoc>
  /** Beside those that every route with such an access or body can answer. */
  problems: ProblemCode[]
}

export interface AnswerDoc {
  description: string
  /** Media type to shape; no body without. */
  content?: Record<string, z.ZodType>
  example?: unknown
}

export const json = (description: string, schema: z.ZodType, example?: unknown): AnswerDoc => ({
  description,
  content: { 'application/json': schema },
  ...(example === undefined ? {} : { example }),
})

export const EXAMPLE_ID = 'rec_0q4x7n2m9k5t8w3v6b1c0d4f7g2h5j8k'
export const EXAMPLE_TIME = '2026-11-03T14:02:00.000Z'
export const EXAMPLE_JWS = 'eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoi….eyJ2IjoxLCJpc3MiOiJhY21lIi….3q2-7w…'
