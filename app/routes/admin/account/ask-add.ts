import type { ActionFunctionArgs } from '@remix-run/node'
import { beginAddingPasskey } from '#app/services/door/change-passkeys.ts'
import { requireAdmin } from '../guard.ts'
import { answerQuestion } from '../door/passkey-question.ts'

export { refuseLooking as loader } from '../door/passkey-question.ts'

export async function action(args: ActionFunctionArgs) {
  const { ctx, session } = await requireAdmin(args, 'viewer', { fresh: true })
  return answerQuestion(args, await beginAddingPasskey(ctx, session))
}
