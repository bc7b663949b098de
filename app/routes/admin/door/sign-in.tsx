import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { isConsoleSetUp } from '#app/services/people/invite-admin.ts'
import { signIn } from '#app/services/door/sign-in.ts'
import { signInWithPasskey } from '#app/services/door/use-passkey.ts'
import { PASSKEY_NEEDED, tooMany, WRONG, WRONG_PASSKEY } from '#app/ui/console/door/door-words.ts'
import { NotSetUpPage, SignInPage } from '#app/ui/console/door/sign-in-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { readSession } from '../guard.ts'
import { enterWith, readBegun, readNext, refusalOf, refuseForm, visitorOf } from './way-in.ts'

const schema = z.object({
  name: z.string({ error: 'Type your name.' }).trim(),
  password: z.string({ error: 'Type your password.' }),
})
/** The answer never sends the password back. */
const hideFields = ['password']

export async function loader(args: LoaderFunctionArgs) {
  if ((await readSession(args)) !== null) return redirect(readNext(args))
  const isSetUp = await isConsoleSetUp(args.context.ctx)
  const isDone = new URL(args.request.url).searchParams.get('done') === 'signed-out'
  return { isSetUp, isDone, script: args.context.scripts.passkey ?? null }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx } = args.context
  const from = visitorOf(args)
  const form = await args.request.formData()
  const answer = form.get('answer')
  if (typeof answer === 'string') {
    const token = readBegun(args, 'passkey')
    const entered = await signInWithPasskey(ctx, from, { token, answer })
    if (entered.ok) return enterWith(args, entered.value)
    const isTooMany = entered.code === 'too_many'
    const result = refuseForm(isTooMany ? tooMany(entered.waitSeconds) : WRONG_PASSKEY)
    return answerJson(result, refusalOf(entered))
  }
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  const entered = await signIn(ctx, from, submission.value)
  if (entered.ok) return enterWith(args, entered.value)
  const words = {
    too_many: tooMany(entered.waitSeconds),
    passkey_needed: PASSKEY_NEEDED,
    wrong: WRONG,
  }
  const formErrors = [words[entered.code]]
  return answerJson(submission.reply({ formErrors, hideFields }), refusalOf(entered))
}

export { passRetryAfter as headers } from './way-in.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Sign in') }]

export default function SignIn() {
  const { isSetUp, isDone, script } = useLoaderData<typeof loader>()
  const [form, { name, password }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: getZodConstraint(schema),
  })
  if (!isSetUp) return <NotSetUpPage />
  return (
    <SignInPage
      form={form}
      fields={{ name: name!, password: password! }}
      isDone={isDone}
      script={script}
    />
  )
}
