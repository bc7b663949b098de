import { redirect, type ActionFunctionArgs } from '@remix-run/node'
import { setCookie } from '#app/web/cookies.ts'
import { closeSession } from '#app/services/door/session.ts'
import { requireAct } from '../guard.ts'

/** A link can't sign anybody out: it leads to the button that can. */
export const loader = () => redirect('/admin/account')

export async function action(args: ActionFunctionArgs) {
  const { ctx, session } = await requireAct(args, 'sign-out')
  await closeSession(ctx, session)
  const headers = {
    'set-cookie': setCookie(ctx.config.publicUrl, 'session', null, 0),
    // Without "cookies": that also clears the cookies of every site beside this one, under the same
    // registrable domain, and the token by which the portal knows this browser.
    'clear-site-data': '"cache", "storage"',
  }
  return redirect('/admin/sign-in?done=signed-out', { headers })
}
