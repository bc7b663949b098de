/** A member that a change added, removed or replaced. Null stands for an absent member. */
export interface MemberChange {
  name: string
  before: string | null
  after: string | null
}

type Members = Record<string, unknown>
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members that differ between two states of a subject. */
export function listChanges(before: unknown, after: unknown): MemberChange[] {
  const was = isMembers(before) ? before : {}
  const is = isMembers(after) ? after : {}
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names
    .map((name) => ({
      name,
      before: Object.hasOwn(was, name) ? spell(was[name]) : null,
      after: Object.hasOwn(is, name) ? spell(is[name]) : null,
    }))
    .filter(({ before: old, after: now }) => old !== now)
}

/** A text stays as it is, null becomes a word, and any other value becomes JSON. */
function spell(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'string') return value === '' ? '“”' : value
  return JSON.stringify(value)
}
