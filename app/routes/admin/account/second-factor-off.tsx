import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { switchOffSecondFactor } from '#app/services/door/second-factor.ts'
import { SecondFactorOffPage } from '#app/ui/console/door/second-factor-pages.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'account/second-factor/off')
  return ctx.config.requireSecondFactor ? redirect('/admin/account') : null
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin } = await requireAct(args, 'account/second-factor/off')
  if (ctx.config.requireSecondFactor) return redirect('/admin/account')
  await switchOffSecondFactor(ctx, by, admin.id)
  return redirect('/admin/account?done=second-factor-off')
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Turn the second factor off') }]

export default SecondFactorOffPage
