import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node'
import type { Ctx } from '#app/context.ts'
import { readCookie } from '#app/web/cookies.ts'
import { loggedPath } from '#app/web/trouble.ts'
import { noteAccess } from '#app/services/audit/note-access.ts'
import type { Actor } from '#app/services/audit/record-change.ts'
import { ACTS, needsFresh, type ActName } from './acts.ts'
import { readSending } from './once.ts'
import { lacksSecondFactor } from '#app/services/door/second-factor.ts'
import {
  csrfMatches,
  findSession,
  isConfirmed,
  type AdminRole,
  type Session,
} from '#app/services/door/session.ts'
import { EXPIRED_FORM, ROLE_TOO_LOW } from '#app/ui/console/parts/refusals.ts'

type Args = Pick<LoaderFunctionArgs | ActionFunctionArgs, 'request' | 'context'>

export interface Signed {
  ctx: Ctx
  admin: Session['admin']
  session: Session
  /** The actor of the request's changes, for the audit. */
  by: Actor
  /** The posted form; empty on a GET. */
  form: FormData
}

const RANKS: Record<AdminRole, number> = { viewer: 0, admin: 1, owner: 2 }

/** The pages that an admin without a demanded second factor may open, to set one up or to leave. */
const SET_UP_PAGES = /^\/admin\/(?:account|sessions|confirm|sign-out)(?:\/|$)/

/** The request's session, looked up once for all parts of the page. */
export function readSession({ request, context }: Args): Promise<Session | null> {
  const token = readCookie(request.headers.get('cookie'), context.ctx.config.publicUrl)
  return (context.session ??= findSession(context.ctx, token))
}

/**
 * Runs first in every loader. A visitor without a session is sent to the sign-in page; a role that is
 * too low gets a 403. Where a second factor is demanded, an admin without one is sent to set it up.
 */
export function requireAdmin(args: Args, role: AdminRole): Promise<Signed> {
  if (args.request.method === 'POST') throw new Error('a form is guarded by requireAct')
  return identify(args, role)
}

/**
 * Runs first in every action, and in the loader of a form's page, so that nobody types in vain. As
 * `requireAdmin`, by the act's row of the table. A form without the session's token gets a 403 (its
 * origin was checked before). An admin whose proof is too old gives another one first.
 */
export async function requireAct(args: Args, name: ActName): Promise<Signed> {
  const signed = await identify(args, ACTS[name].role)
  const { ctx, session, form } = signed
  if (!needsFresh(name, form) || isConfirmed(ctx, session)) return signed
  throw redirect(`/admin/confirm?${nextOf(args)}`) as Response
}

const nextOf = ({ request }: Args): string => {
  const { pathname, search } = new URL(request.url)
  return `next=${encodeURIComponent(pathname + search)}`
}

async function identify(args: Args, role: AdminRole): Promise<Signed> {
  const { request, context } = args
  const { ctx } = context
  const session = await readSession(args)
  if (session === null) throw redirect(`/admin/sign-in?${nextOf(args)}`) as Response
  const url = new URL(request.url)
  const { admin } = session
  const { address, requestId } = context
  const who = { actor: admin.name, address, requestId }
  const subject = loggedPath(url.pathname)
  const isPost = request.method === 'POST'
  const form = isPost ? await request.formData() : new FormData()
  if (isPost && !csrfMatches(session, form.get('csrf'))) {
    const after = { why: 'no token of this session' }
    await noteAccess(ctx, who, { action: 'access.form_refused', subject, after })
    throw new Response(EXPIRED_FORM, { status: 403 })
  }
  if (RANKS[admin.role] < RANKS[role]) {
    const after = { has: admin.role, needs: role }
    await noteAccess(ctx, who, { action: 'access.role_refused', subject, after })
    throw new Response(ROLE_TOO_LOW, { status: 403 })
  }
  if (!SET_UP_PAGES.test(url.pathname) && (await lacksSecondFactor(ctx, admin.id)))
    throw redirect('/admin/account') as Response
  const sending = readSending(admin.id, url, form)
  const by = { ...who, ...(sending === null ? {} : { sending }) }
  return { ctx, admin, session, by, form }
}
