import { redirect, type ActionFunctionArgs } from '@remix-run/node'
import { setCookie } from '#app/web/cookies.ts'
import { closeSession } from '#app/services/door/session.ts'
import { requireAct } from '../guard.ts'

/** A link can't sign anybody out: it leads to the button that can. */
export const loader = () => redirect('/admin/account')

export async function action(args: ActionFunctionArgs) {
  const { ctx, session } = await requireAct(args, 'sign-out')
  await closeSession(ctx, session)
  const headers = { 'set-cookie': setCookie(ctx.config.publicUrl, 'session', null, 0) }
  return redirect('/admin/sign-in?done=signed-out', { headers })
}
