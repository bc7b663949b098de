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
import { setCookie } from '#app/web/cookies.ts'
import { findAdmin } from '#app/services/people/change-people.ts'
import { confirmSession, isConfirmed, SESSION_MS_MAX } from '#app/services/door/session.ts'
import { confirmPassword } from '#app/services/door/sign-in.ts'
import { confirmPasskey } from '#app/services/door/use-passkey.ts'
import { ConfirmPage } from '#app/ui/console/door/confirm-page.tsx'
import {
  tooMany,
  WRONG_CODE,
  WRONG_PASSKEY,
  WRONG_PASSWORD,
} from '#app/ui/console/door/door-words.ts'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct, requireAdmin } from '../guard.ts'
import { readBegun, readNext, refusalOf, refuseForm, visitorOf } from './way-in.ts'

const schema = z.object({
  password: z.string({ error: 'Type your password.' }),
  code: z.string().trim().max(100, WRONG_CODE).optional(),
})
const hideFields = ['password', 'code', 'csrf']

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin, session } = await requireAdmin(args, 'viewer')
  if (isConfirmed(ctx, session)) return redirect(readNext(args))
  const { password, secondFactor, passkeys } = (await findAdmin(ctx, admin.id))!
  const ways = { password, secondFactor, passkey: passkeys > 0 }
  return {
    ways,
    name: admin.name,
    csrf: session.csrf,
    script: args.context.scripts.passkey ?? null,
  }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, form, session } = await requireAct(args, 'confirm')
  const from = visitorOf(args)
  const confirm = async () => {
    const token = await confirmSession(ctx, session, from)
    if (token === null) return redirect('/admin/sign-in')
    const { publicUrl } = ctx.config
    const seconds = Math.ceil((session.createdAt.getTime() + SESSION_MS_MAX - ctx.now()) / 1000)
    const headers = { 'set-cookie': setCookie(publicUrl, 'session', token, seconds) }
    return redirect(readNext(args), { headers })
  }
  const answer = form.get('answer')
  if (typeof answer === 'string') {
    const token = readBegun(args, 'passkey')
    const proved = await confirmPasskey(ctx, from, session, { token, answer })
    if (proved.ok) return confirm()
    const result = refuseForm(
      proved.code === 'too_many' ? tooMany(proved.waitSeconds) : WRONG_PASSKEY,
    )
    return answerJson(result, refusalOf(proved))
  }
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  const { password, code = null } = submission.value
  const proved = await confirmPassword(ctx, from, session, { password, code })
  if (proved.ok) return confirm()
  if (proved.code === 'too_many')
    return answerJson(
      submission.reply({ formErrors: [tooMany(proved.waitSeconds)], hideFields }),
      refusalOf(proved),
    )
  const fieldErrors: Record<string, string[]> =
    proved.code === 'wrong' ? { password: [WRONG_PASSWORD] } : { code: [WRONG_CODE] }
  return answerJson(submission.reply({ fieldErrors, hideFields }), { status: 400 })
}

export { passRetryAfter as headers } from './way-in.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Is it you?') }]

export default function Confirm() {
  const data = useLoaderData<typeof loader>()
  const [form, { password, code }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: { ...getZodConstraint(schema), code: { required: data.ways.secondFactor } },
  })
  return <ConfirmPage form={form} fields={{ password: password!, code: code! }} {...data} />
}
