import { z } from 'zod'
import { isName } from '#app/services/plain-text.ts'

/** An empty field is a missing one; what is wrong is said in the words of the page. */
export const text = (missing: string) => z.string({ error: missing }).trim()

export const name = text('Give it a name.').refine(
  isName,
  'Use 1 to 100 visible characters, without line breaks, control or direction characters.',
)
