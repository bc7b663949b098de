import { z } from 'zod'
import { isName } from '#app/services/plain-text.ts'

/** An empty field counts as missing; the page's own words say so. */
export const text = (missing: string) => z.string({ error: missing }).trim()

export const name = text('Give it a name.').refine(
  isName,
  'Use 1 to 100 visible characters, without line breaks, control or direction characters.',
)
