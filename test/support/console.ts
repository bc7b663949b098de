import { randomUUID } from 'node:crypto'
import { sessionCookieName } from '#app/web/cookies.ts'
import { findSession, openSession, type AdminRole } from '#app/services/door/session.ts'
import { PUBLIC_URL, type Portal } from './portal.ts'

export interface ConsoleAnswer {
  status: number
  headers: Headers
  text: string
  /** Where it leads, if it is a redirect. */
  location: string | null
}

/** Somebody who is signed in to the console, without a browser. */
export interface ConsoleClient {
  name: string
  admin: string
  /** The session's token, as it stands in the cookie. */
  token: string
  cookie: string
  csrf: string
  get: (path: string) => Promise<ConsoleAnswer>
  /** As one of the console's own forms would send it, unless `headers` say otherwise. */
  post: (
    path: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ) => Promise<ConsoleAnswer>
  /** The hidden fields of a page's form, as they stand there now. */
  draw: (path: string) => Promise<Record<string, string>>
  /** Opens a form, sends it, and follows to the page that it leads to. */
  submit: (path: string, fields?: Record<string, string | string[]>) => Promise<ConsoleAnswer>
}

/** Only a form's own drawing holds them: an id, marks, sealed values. */
const HIDDEN = /<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"/g

export const SAME_ORIGIN = { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }

/** A new admin of this role with a session of their own. */
export async function openConsole(
  portal: Portal,
  role: AdminRole,
  name = `${role}-${randomUUID().slice(0, 8)}`,
): Promise<ConsoleClient> {
  const { ctx } = portal
  const admin = randomUUID()
  await ctx.db.run(
    'insert into admins (id, name, name_key, role, created_at) values ($1, $2, $3, $4, now())',
    [admin, name, name.toLowerCase(), role],
  )
  const token = await openSession(ctx, admin, { address: '192.0.2.1', userAgent: 'test' })
  const { csrf } = (await findSession(ctx, token))!
  const cookie = `${sessionCookieName(PUBLIC_URL)}=${token}`
  const ask = async (path: string, init: RequestInit): Promise<ConsoleAnswer> => {
    const response = await fetch(portal.origin + path, { redirect: 'manual', ...init })
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get('location'),
    }
  }
  const get: ConsoleClient['get'] = (path) => ask(path, { headers: { cookie } })
  const post: ConsoleClient['post'] = (path, fields = {}, headers = SAME_ORIGIN) =>
    ask(path, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(
        Object.entries({ csrf, ...fields }).flatMap(([name, given]) =>
          [given].flat().map((value) => [name, value]),
        ),
      ).toString(),
    })
  const draw: ConsoleClient['draw'] = async (path) =>
    Object.fromEntries(
      [...(await get(path)).text.matchAll(HIDDEN)].map(([, name, value]) => [name!, value!]),
    )
  const submit: ConsoleClient['submit'] = async (path, fields) => {
    const sent = await post(path, { ...(await draw(path)), ...fields })
    return sent.location === null ? sent : get(sent.location)
  }
  return { name, admin, token, cookie, csrf, get, post, draw, submit }
}
