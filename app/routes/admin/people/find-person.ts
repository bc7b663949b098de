import { findAdmin } from '#app/services/people/change-people.ts'
import type { Signed } from '../guard.ts'

export const LAST_OWNER =
  'This is the last owner, without whom nobody could manage people: make somebody else an owner first.'

/** An admin of this portal, or a 404. */
export async function needPerson({ ctx, admin }: Signed, id: string | undefined) {
  const person = await findAdmin(ctx, id ?? '')
  if (person === null) throw new Response(null, { status: 404 })
  return { person, isSelf: person.id === admin.id }
}
