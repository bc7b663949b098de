import type { ActionFunctionArgs } from '@remix-run/node'
import { beginAddingPasskey } from '#app/services/door/change-passkeys.ts'
import { requireAct } from '../guard.ts'
import { answerQuestion } from '../door/passkey-question.ts'

export { refuseLooking as loader } from '../door/passkey-question.ts'

export async function action(args: ActionFunctionArgs) {
  const { ctx, session } = await requireAct(args, 'account/passkey')
  return answerQuestion(args, await beginAddingPasskey(ctx, session))
}
