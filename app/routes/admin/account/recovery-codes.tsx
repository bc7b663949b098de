import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { findAdmin } from '#app/services/people/change-people.ts'
import { markRecoveryCodes, renewRecoveryCodes } from '#app/services/door/second-factor.ts'
import { NewCodesPage } from '#app/ui/console/door/recovery-codes-pages.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAct } from '../guard.ts'
import { changedMeanwhile, readSeen, showOnce } from '../once.ts'

const SET_UP = '/admin/account/second-factor'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAct(args, 'account/recovery-codes')
  const person = await findAdmin(ctx, admin.id)
  // Recovery codes stand in for a second factor, which this admin has not set up.
  if (person?.secondFactor !== true) return redirect(SET_UP)
  return { left: person.recoveryCodes, seen: await markRecoveryCodes(ctx, admin.id) }
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'account/recovery-codes')
  const { ctx, by, admin } = signed
  const renewed = await showOnce(
    signed,
    () => renewRecoveryCodes(ctx, by, admin.id, readSeen(signed)),
    () => '/admin/account/recovery-codes/:once',
  )
  if (renewed.ok) return renewed.value
  if (renewed.code === 'changed_meanwhile') throw changedMeanwhile()
  return redirect(SET_UP)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Recovery codes') }]

export default function RecoveryCodes() {
  return <NewCodesPage {...useLoaderData<typeof loader>()} />
}
