import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { removePasskey } from '#app/services/door/change-passkeys.ts'
import { findAdmin } from '#app/services/people/change-people.ts'
import { RemovePasskeyPage } from '#app/ui/console/door/account-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { needPasskey } from './find-passkey.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const signed = await requireAct(args, 'account/passkeys/:id/remove')
  const { passkey, isOnly } = await needPasskey(signed, args.params.id)
  const hasPassword = (await findAdmin(signed.ctx, signed.admin.id))?.password === true
  return { passkey, isLast: isOnly && !hasPassword }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin } = await requireAct(args, 'account/passkeys/:id/remove')
  const removed = await removePasskey(ctx, by, admin.id, args.params.id ?? '')
  if (removed.ok) return redirect('/admin/account?done=passkey-removed')
  if (removed.code === 'not_found') throw new Response(null, { status: 404 })
  // By now the passkey is the last way in: the page says so.
  return redirect(`/admin/account/passkeys/${args.params.id ?? ''}/remove`)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Remove a passkey') }]

export default function PasskeyRemove() {
  return <RemovePasskeyPage {...useLoaderData<typeof loader>()} />
}
