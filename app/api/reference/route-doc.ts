import type { z } from 'zod'
import type { ProblemCode } from '#app/web/problem.ts'

/** The reference's entry for one row of API_ROUTES. */
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
  /** Problems beyond those of every route with the same access or body. */
  problems: ProblemCode[]
}

export interface AnswerDoc {
  description: string
  /** The body's shape by media type; left out for an answer without a body. */
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
