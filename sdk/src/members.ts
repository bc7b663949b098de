/** The members of a JSON object. */
export type Members = Record<string, unknown>

/** Whether a value is an object; arrays are objects too. */
export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null

/** The members of an object; any other value has none. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {}
