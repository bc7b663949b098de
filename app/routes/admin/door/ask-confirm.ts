import type { ActionFunctionArgs } from '@remix-run/node'
import { beginPasskeyConfirmation } from '#app/services/door/use-passkey.ts'
import { requireAct } from '../guard.ts'
import { answerQuestion } from './passkey-question.ts'

export { refuseLooking as loader } from './passkey-question.ts'

export async function action(args: ActionFunctionArgs) {
  const { ctx, session } = await requireAct(args, 'confirm/passkey')
  return answerQuestion(args, await beginPasskeyConfirmation(ctx, session))
}
