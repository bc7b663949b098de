import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { addPasskey } from '#app/services/door/change-passkeys.ts'
import { isPasskeyName, PASSKEY_NAME_CHARACTERS_MAX } from '#app/services/door/passkey-name.ts'
import { NewPasskeyPage } from '#app/ui/console/door/account-forms.tsx'
import { WRONG_PASSKEY } from '#app/ui/console/door/door-words.ts'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { BAD_NAME } from './find-passkey.ts'
import { readBegun } from '../door/way-in.ts'

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'account/passkeys/new')
  const nameCharactersMax = PASSKEY_NAME_CHARACTERS_MAX
  return { nameCharactersMax, script: args.context.scripts.passkey ?? null }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, session, form } = await requireAct(args, 'account/passkeys/new')
  const [answer, given] = [form.get('answer'), form.get('name')]
  const name = typeof given === 'string' ? given.trim() : ''
  const refuse = (error: string) => answerJson({ error, typed: name }, { status: 400 })
  if (!isPasskeyName(name)) return refuse(BAD_NAME)
  const token = readBegun(args, 'passkey')
  const values = { token, answer: typeof answer === 'string' ? answer : '', name }
  const added = await addPasskey(ctx, by, session, values)
  if (added.ok) return redirect('/admin/account?done=passkey-added')
  return refuse(
    added.code === 'too_many' ? 'You have 20 passkeys: remove one first.' : WRONG_PASSKEY,
  )
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Add a passkey') }]

export default function NewPasskey() {
  const { error = null, typed = '' } = useActionData<typeof action>() ?? {}
  return <NewPasskeyPage {...useLoaderData<typeof loader>()} error={error} typed={typed} />
}
