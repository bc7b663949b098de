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
import { findAdmin } from '#app/services/people/change-people.ts'
import { PasswordPage } from '#app/ui/console/door/account-forms.tsx'
import { tooMany, WRONG_PASSWORD } from '#app/ui/console/door/door-words.ts'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { refusalOf, visitorOf } from '../door/way-in.ts'
import { requireAct } from '../guard.ts'

const schema = z.object({
  /** An admin who has only passkeys has no password to give. */
  current: z.string().optional(),
  password: z.string({ error: 'Choose a password.' }),
})
const hideFields = ['current', 'password']

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAct(args, 'account/password')
  const hasPassword = (await findAdmin(ctx, admin.id))?.password === true
  return { name: admin.name, hasPassword }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, session, form } = await requireAct(args, 'account/password')
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  const { current = null, password } = submission.value
  const changed = await changePassword(ctx, by, visitorOf(args), session, { current, password })
  if (changed.ok) return redirect('/admin/account?done=password')
  if (changed.code === 'too_many')
    return answerJson(
      submission.reply({ formErrors: [tooMany(changed.waitSeconds)], hideFields }),
      refusalOf(changed),
    )
  const fieldErrors: Record<string, string[]> =
    changed.code === 'wrong'
      ? { current: [WRONG_PASSWORD] }
      : { password: [changed.detail ?? 'Choose another password.'] }
  return answerJson(submission.reply({ fieldErrors, hideFields }), { status: 400 })
}

export { passRetryAfter as headers } from '../door/way-in.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Your password') }]

export default function AccountPassword() {
  const { name, hasPassword } = useLoaderData<typeof loader>()
  const [form, { current, password }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: {
      current: { required: hasPassword },
      password: {
        required: true,
        minLength: PASSWORD_CHARACTERS_MIN,
        maxLength: PASSWORD_CHARACTERS_MAX,
      },
    },
  })
  return (
    <PasswordPage
      {...{ form, name, hasPassword }}
      fields={{ current: current!, password: password! }}
    />
  )
}
