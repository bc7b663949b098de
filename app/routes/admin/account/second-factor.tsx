import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { findAdmin } from '#app/services/people/change-people.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { RecoveryCodesPage, SecondFactorPage } from '#app/ui/console/door/second-factor-pages.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAct(args, 'account/second-factor')
  const isOn = (await findAdmin(ctx, admin.id))?.secondFactor === true
  return {
    isOn,
    begun: beginSecondFactor(ctx, admin),
    script: args.context.scripts.copy ?? null,
  }
}

/** The recovery codes are in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin, form } = await requireAct(args, 'account/second-factor')
  const [sealed, code] = [form.get('sealed'), form.get('code')]
  const values = {
    sealed: typeof sealed === 'string' ? sealed : '',
    code: typeof code === 'string' ? code : '',
  }
  const switched = await switchOnSecondFactor(ctx, by, admin.id, values)
  if (switched.ok) return answerJson({ codes: switched.value, again: null }, { status: 200 })
  // The app holds this secret by now, so the page shows the same one again.
  const again = beginSecondFactor(ctx, admin, values.sealed)
  return answerJson({ codes: null, again }, { status: 400 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Second factor') }]

export default function SecondFactor() {
  const { begun, isOn, script } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  if (answer?.codes != null)
    return <RecoveryCodesPage codes={answer.codes} script={script} isFirst />
  const again = answer?.again ?? null
  return <SecondFactorPage begun={again ?? begun} isWrong={again !== null} isOn={isOn} />
}
