import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { closeSessionsOf, listSessions } from '#app/services/door/session.ts'
import { SessionsPage } from '#app/ui/console/door/sessions-page.tsx'
import { requireAct, requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, session } = await requireAdmin(args, 'viewer')
  const isDone = new URL(args.request.url).searchParams.has('done')
  return { sessions: await listSessions(ctx, session), isDone }
}

/** Ends all other sessions of the admin. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, admin, session } = await requireAct(args, 'sessions')
  await closeSessionsOf(ctx, admin.id, session)
  return redirect('/admin/sessions?done=signed-out')
}

export default function Sessions() {
  return <SessionsPage {...useLoaderData<typeof loader>()} />
}
