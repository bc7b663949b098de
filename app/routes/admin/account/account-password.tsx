import { useForm } from '@conform-to/react'
import { parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { changePassword } from '#app/services/door/change-password.ts'
import {
  PASSWORD_CHARACTERS_MAX,
  PASSWORD_CHARACTERS_MIN,
} from '#app/services/door/password-length.ts'
import { PasswordPage } from '#app/ui/console/door/account-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'

const schema = z.object({ password: z.string({ error: 'Choose a password.' }) })
const hideFields = ['password']

/** The admin gave a fresh proof to get here, so the form asks for no old password. */
export async function loader(args: LoaderFunctionArgs) {
  const { admin } = await requireAct(args, 'account/password')
  return { name: admin.name }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, session, form } = await requireAct(args, 'account/password')
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  const changed = await changePassword(ctx, by, session, submission.value.password)
  if (changed.ok) return redirect('/admin/account?done=password')
  const fieldErrors = { password: [changed.detail ?? 'Choose another password.'] }
  return answerJson(submission.reply({ fieldErrors, hideFields }), { status: 400 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Your password') }]

export default function AccountPassword() {
  const { name } = useLoaderData<typeof loader>()
  const [form, { password }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: {
      password: {
        required: true,
        minLength: PASSWORD_CHARACTERS_MIN,
        maxLength: PASSWORD_CHARACTERS_MAX,
      },
    },
  })
  return <PasswordPage form={form} password={password!} name={name} />
}
