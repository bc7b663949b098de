import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type TypedResponse,
} from '@remix-run/node'
import { readCookie, setCookie } from '#app/web/cookies.ts'
import { CHALLENGE_MINUTES } from '#app/services/door/challenge.ts'
import { deviceToken } from '#app/services/door/known-device.ts'
import { closeSession, findSession, SESSION_MS_MAX } from '#app/services/door/session.ts'
import type { Entered, Visitor } from '#app/services/door/sign-in.ts'
import { readSession } from '../guard.ts'

type Args = Pick<LoaderFunctionArgs | ActionFunctionArgs, 'request' | 'context'>

export const visitorOf = ({ request, context }: Args): Visitor => ({
  address: context.address,
  userAgent: request.headers.get('user-agent') ?? '',
  requestId: context.requestId,
  device: readCookie(request.headers.get('cookie'), context.ctx.config.publicUrl, 'device'),
})

/** The portal recognises an admin's browser for this long after the last sign-in. */
const DEVICE_SECONDS = 180 * 24 * 60 * 60

/**
 * The page to open after sign-in, always a page of the console. The address is resolved as browsers
 * do it, because they take `/\evil` and `//evil` for another host.
 */
export function readNext({ request }: Pick<Args, 'request'>): string {
  const own = new URL(request.url)
  const next = own.searchParams.get('next') ?? ''
  if (!next.startsWith('/') || !URL.canParse(next, own.origin)) return '/admin'
  const { origin, pathname, search } = new URL(next, own.origin)
  const isConsole = origin === own.origin && /^\/admin(?:\/[^/]+)*\/?$/.test(pathname)
  return isConsole ? pathname + search : '/admin'
}

/** The path with the page to open later as its `next`. */
export const withNext = (path: string, next: string): string =>
  next === '/admin' ? path : `${path}?next=${encodeURIComponent(next)}`

/** A sign-in that was begun and not finished has a cookie of its own, for minutes. */
export type Begun = 'second-factor' | 'passkey'

export const readBegun = ({ request, context }: Args, what: Begun): string | null =>
  readCookie(request.headers.get('cookie'), context.ctx.config.publicUrl, what)

export const begunCookie = ({ context }: Pick<Args, 'context'>, what: Begun, token: string) =>
  setCookie(context.ctx.config.publicUrl, what, token, CHALLENGE_MINUTES * 60)

/** The answer to a right password or passkey. */
export function enterWith(args: Args, { kind, token }: Entered): Promise<TypedResponse<never>> {
  if (kind === 'session') return openDoor(args, token, readNext(args))
  const headers = { 'set-cookie': begunCookie(args, 'second-factor', token) }
  return Promise.resolve(redirect(withNext('/admin/sign-in/code', readNext(args)), { headers }))
}

/** The browser's earlier session ends, because the new cookie replaces its token for good. */
export async function openDoor(
  args: Args,
  token: string,
  next: string,
): Promise<TypedResponse<never>> {
  const { ctx } = args.context
  const before = await readSession(args)
  if (before !== null) await closeSession(ctx, before)
  const { publicUrl } = ctx.config
  const headers = new Headers()
  headers.append('set-cookie', setCookie(publicUrl, 'session', token, SESSION_MS_MAX / 1000))
  for (const begun of ['second-factor', 'passkey'])
    headers.append('set-cookie', setCookie(publicUrl, begun, null, 0))
  const opened = await findSession(ctx, token)
  if (opened !== null) {
    const known = deviceToken(ctx, opened.admin.id)
    headers.append('set-cookie', setCookie(publicUrl, 'device', known, DEVICE_SECONDS))
  }
  return redirect(next, { headers })
}

/** The result by which conform shows one message above the form. */
export const refuseForm = (message: string) => ({
  status: 'error' as const,
  error: { '': [message] },
})

/** 429 with the time to wait (RFC 9110, 10.2.3), or 400. */
export const refusalOf = ({ code, waitSeconds }: { code: string; waitSeconds?: number }) =>
  code === 'too_many'
    ? { status: 429, headers: { 'retry-after': String(waitSeconds ?? 60) } }
    : { status: 400 }

/** A page's answer has no header of its action without this. */
export function passRetryAfter({ actionHeaders }: { actionHeaders: Headers }): HeadersInit {
  const seconds = actionHeaders.get('retry-after')
  return seconds === null ? {} : { 'retry-after': seconds }
}
