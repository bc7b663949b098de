import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData } from '@remix-run/react'
import { z } from 'zod'
import { finishSignIn, isAskedForCode } from '#app/services/door/sign-in.ts'
import { tooMany, WRONG_CODE } from '#app/ui/console/door/door-words.ts'
import { SignInCodePage } from '#app/ui/console/door/sign-in-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { enterWith, readBegun, readNext, refusalOf, visitorOf, withNext } from './way-in.ts'

const schema = z.object({
  code: z.string({ error: 'Type the code that your app shows.' }).trim().max(100, WRONG_CODE),
})

/** The code is asked for within minutes of the password; otherwise the password comes first. */
export async function loader(args: LoaderFunctionArgs) {
  if (await isAskedForCode(args.context.ctx, readBegun(args, 'second-factor'))) return null
  return redirect(withNext('/admin/sign-in', readNext(args)))
}

export async function action(args: ActionFunctionArgs) {
  const submission = parseWithZod(await args.request.formData(), { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const token = readBegun(args, 'second-factor')
  const { code } = submission.value
  const entered = await finishSignIn(args.context.ctx, visitorOf(args), token, code)
  if (entered.ok) return enterWith(args, entered.value)
  if (entered.code === 'expired') return redirect(withNext('/admin/sign-in', readNext(args)))
  if (entered.code === 'too_many')
    return answerJson(
      submission.reply({ formErrors: [tooMany(entered.waitSeconds)] }),
      refusalOf(entered),
    )
  return answerJson(submission.reply({ fieldErrors: { code: [WRONG_CODE] } }), { status: 400 })
}

export { passRetryAfter as headers } from './way-in.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Second step') }]

export default function SignInCode() {
  const [form, { code }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: getZodConstraint(schema),
  })
  return <SignInCodePage form={form} code={code!} />
}
