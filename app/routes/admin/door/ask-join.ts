import type { ActionFunctionArgs } from '@remix-run/node'
import { beginJoiningWithPasskey } from '#app/services/people/join.ts'
import { answerQuestion } from './passkey-question.ts'
import { visitorOf } from './way-in.ts'

export { refuseLooking as loader } from './passkey-question.ts'

export async function action(args: ActionFunctionArgs) {
  const form = await args.request.formData()
  const typed = form.get('name')
  const name = typeof typed === 'string' ? typed.trim() : ''
  const token = args.params.token ?? ''
  const begun = await beginJoiningWithPasskey(args.context.ctx, visitorOf(args), { token, name })
  return answerQuestion(args, begun)
}
