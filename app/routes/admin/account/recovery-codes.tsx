import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { findAdmin } from '#app/services/people/change-people.ts'
import { renewRecoveryCodes } from '#app/services/door/second-factor.ts'
import { NewCodesPage, RecoveryCodesPage } from '#app/ui/console/door/second-factor-pages.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'

const SET_UP = '/admin/account/second-factor'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAct(args, 'account/recovery-codes')
  const person = await findAdmin(ctx, admin.id)
  // Recovery codes stand in for a second factor, which this admin has not set up.
  if (person?.secondFactor !== true) return redirect(SET_UP)
  return { left: person.recoveryCodes, script: args.context.scripts.copy ?? null }
}

/** The codes are in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin } = await requireAct(args, 'account/recovery-codes')
  const renewed = await renewRecoveryCodes(ctx, by, admin.id)
  return renewed.ok ? answerJson({ codes: renewed.value }, { status: 200 }) : redirect(SET_UP)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Recovery codes') }]

export default function RecoveryCodes() {
  const { left, script } = useLoaderData<typeof loader>()
  const codes = useActionData<typeof action>()?.codes
  if (codes !== undefined) return <RecoveryCodesPage codes={codes} script={script} />
  return <NewCodesPage left={left} />
}
