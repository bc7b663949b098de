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
import { renamePasskey } from '#app/services/door/change-passkeys.ts'
import { isPasskeyName, PASSKEY_NAME_CHARACTERS_MAX } from '#app/services/door/passkey-name.ts'
import { RenamePasskeyPage } from '#app/ui/console/door/account-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { BAD_NAME, needPasskey } from './find-passkey.ts'
import { requireAct } from '../guard.ts'

const schema = z.object({
  name: z.string({ error: BAD_NAME }).trim().refine(isPasskeyName, BAD_NAME),
})

export async function loader(args: LoaderFunctionArgs) {
  return needPasskey(await requireAct(args, 'account/passkeys/:id'), args.params.id)
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin, form } = await requireAct(args, 'account/passkeys/:id')
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const values = { id: args.params.id ?? '', name: submission.value.name }
  const renamed = await renamePasskey(ctx, by, admin.id, values)
  if (!renamed.ok) throw new Response(null, { status: 404 })
  return redirect('/admin/account?done=passkey-renamed')
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Rename a passkey') }]

export default function Passkey() {
  const { passkey } = useLoaderData<typeof loader>()
  const [form, { name }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: { name: { required: true, maxLength: PASSKEY_NAME_CHARACTERS_MAX } },
    defaultValue: { name: passkey.name },
  })
  return <RenamePasskeyPage form={form} name={name} />
}
