import type { ActionFunctionArgs } from '@remix-run/node'
import { beginPasskeySignIn } from '#app/services/door/use-passkey.ts'
import { answerQuestion } from './passkey-question.ts'
import { visitorOf } from './way-in.ts'

export { refuseLooking as loader } from './passkey-question.ts'

/** The form asks for no name, because the authenticator knows whose passkeys it holds. */
export const action = async (args: ActionFunctionArgs) =>
  answerQuestion(args, await beginPasskeySignIn(args.context.ctx, visitorOf(args)))
