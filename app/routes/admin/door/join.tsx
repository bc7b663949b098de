import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData, useParams } from '@remix-run/react'
import { z } from 'zod'
import { ADMIN_NAME_CHARACTERS_MAX } from '#app/services/door/admin-view.ts'
import { findInvitation, type LinkRefusal } from '#app/services/people/invite-admin.ts'
import { joinWithPasskey, joinWithPassword, type JoinRefusal } from '#app/services/people/join.ts'
import {
  PASSWORD_CHARACTERS_MAX,
  PASSWORD_CHARACTERS_MIN,
} from '#app/services/door/password-length.ts'
import { WRONG_PASSKEY } from '#app/ui/console/door/door-words.ts'
import { JoinPage, LinkRefusedPage } from '#app/ui/console/door/join-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { openDoor, readBegun, visitorOf } from './way-in.ts'

const password = z.string({ error: 'Choose a password.' })
const schema = z.object({
  // A recovery's link already names its admin.
  name: z.string().trim().default(''),
  password,
})
/** Constraints for the browser's own checks; the services decide. */
const CONSTRAINT = {
  name: { required: true, maxLength: ADMIN_NAME_CHARACTERS_MAX },
  password: {
    ...getZodConstraint(z.object({ password })).password,
    minLength: PASSWORD_CHARACTERS_MIN,
    maxLength: PASSWORD_CHARACTERS_MAX,
  },
}

export async function loader({ context, params }: LoaderFunctionArgs) {
  const found = await findInvitation(context.ctx, params.token ?? '')
  const script = context.scripts.passkey ?? null
  if (found.ok) {
    const { kind, role, admin } = found.value
    return { refusal: null, link: { kind, role, name: admin?.name ?? null }, script }
  }
  const status = statusOf(found.code)
  return answerJson({ refusal: found.code, link: null, script: null }, { status })
}

const statusOf = (code: LinkRefusal): number => (code === 'unknown' ? 404 : 410)

export async function action(args: ActionFunctionArgs) {
  const { ctx } = args.context
  const from = visitorOf(args)
  const form = await args.request.formData()
  const link = await findInvitation(ctx, args.params.token ?? '')
  // The page says what is wrong with the link.
  if (!link.ok) return answerJson(null, { status: statusOf(link.code) })
  const answer = form.get('answer')
  if (typeof answer === 'string') form.set('password', 'none')
  const submission = parseWithZod(form, { schema })
  const hideFields = ['password', 'answer']
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  const values = { token: args.params.token ?? '', ...submission.value }
  const joined =
    typeof answer === 'string'
      ? await joinWithPasskey(ctx, from, {
          ...values,
          challenge: readBegun(args, 'passkey'),
          answer,
        })
      : await joinWithPassword(ctx, from, values)
  if (joined.ok)
    return openDoor(
      args,
      joined.value,
      link.value.kind === 'recover' ? '/admin/account?done=back' : '/admin',
    )
  return answerJson(submission.reply({ ...sayWhy(joined), hideFields }), { status: 400 })
}

function sayWhy({ code, detail = '' }: { code: JoinRefusal; detail?: string }) {
  if (code === 'invalid_name') return { fieldErrors: { name: [detail] } }
  if (code === 'weak_password') return { fieldErrors: { password: [detail] } }
  if (code === 'name_taken')
    return { fieldErrors: { name: ['Somebody here has this name, or one that looks like it.'] } }
  return { formErrors: [code === 'wrong_passkey' ? WRONG_PASSKEY : 'This link was used just now.'] }
}

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: en.pageTitle(data?.link?.kind === 'recover' ? 'A new way in' : 'Join the console') },
  { name: 'robots', content: 'noindex' },
]

export default function Join() {
  const { refusal, link, script } = useLoaderData<typeof loader>()
  const [form, { name, password }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: CONSTRAINT,
  })
  const question = `/admin/join/${useParams().token ?? ''}/passkey`
  if (link === null) return <LinkRefusedPage refusal={refusal} />
  return (
    <JoinPage {...{ form, link, question, script }} fields={{ name: name!, password: password! }} />
  )
}
