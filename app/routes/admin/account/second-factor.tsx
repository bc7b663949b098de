import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { findAdmin } from '#app/services/people/change-people.ts'
import {
  beginSecondFactor,
  markSecondFactor,
  switchOnSecondFactor,
} from '#app/services/door/second-factor.ts'
import { SecondFactorPage } from '#app/ui/console/door/second-factor-pages.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { changedMeanwhile, readSeen, showOnce } from '../once.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAct(args, 'account/second-factor')
  const isOn = (await findAdmin(ctx, admin.id))?.secondFactor === true
  const seen = await markSecondFactor(ctx, admin.id)
  return { isOn, seen, begun: beginSecondFactor(ctx, admin) }
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'account/second-factor')
  const { ctx, by, admin, form } = signed
  const [sealed, code] = [form.get('sealed'), form.get('code')]
  const values = {
    sealed: typeof sealed === 'string' ? sealed : '',
    code: typeof code === 'string' ? code : '',
    seen: readSeen(signed),
  }
  const switched = await showOnce(
    signed,
    () => switchOnSecondFactor(ctx, by, admin.id, values),
    () => '/admin/account/recovery-codes/:once?after=second-factor',
  )
  if (switched.ok) return switched.value
  if (switched.code === 'changed_meanwhile') throw changedMeanwhile()
  // The app holds this secret by now, so the page shows the same one again.
  return answerJson({ again: beginSecondFactor(ctx, admin, values.sealed) }, { status: 400 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Second factor') }]

export default function SecondFactor() {
  const { begun, ...rest } = useLoaderData<typeof loader>()
  const again = useActionData<typeof action>()?.again ?? null
  return <SecondFactorPage begun={again ?? begun} isWrong={again !== null} {...rest} />
}
