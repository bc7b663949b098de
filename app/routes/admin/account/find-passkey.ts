import { listPasskeys } from '#app/services/door/change-passkeys.ts'
import { PASSKEY_NAME_CHARACTERS_MAX } from '#app/services/door/passkey-name.ts'
import type { Signed } from '../guard.ts'

export const BAD_NAME = `Use 1 to ${PASSKEY_NAME_CHARACTERS_MAX} characters that can be seen.`

/** One of the admin's own passkeys, or a 404. */
export async function needPasskey({ ctx, admin }: Signed, id: string | undefined) {
  const passkeys = await listPasskeys(ctx, admin.id)
  const passkey = passkeys.find((one) => one.id === id)
  if (passkey === undefined) throw new Response(null, { status: 404 })
  return { passkey, isOnly: passkeys.length === 1 }
}
