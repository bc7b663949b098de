import type { z } from 'zod'

const KINDS: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a string',
}

/** Zod's errors in plain words. Undefined leaves zod's own message. */
export const sayWhatIsWrong: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'Is missing'
        : `Must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `Must ${measure(issue.origin)} at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `Must ${measure(issue.origin)} at most ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_value':
      return `Must be ${issue.values.map((value) => `“${String(value)}”`).join(' or ')}`
    case 'invalid_union':
      return 'Has none of the forms it may have'
    default:
      return undefined
  }
}

const measure = (origin: string): string => (['array', 'string'].includes(origin) ? 'have' : 'be')
const unit = (origin: string): string =>
  origin === 'array' ? ' items' : origin === 'string' ? ' characters' : ''
