import type { RouteConfigEntry } from '@remix-run/dev/dist/config/routes'
import type { Ctx } from '../context.ts'
import { CONSOLE_PAGES, PUBLIC_PAGES } from '../routes.ts'
import { answerConsole, guardForm } from './console.ts'
import type { HttpRequest } from './handler.ts'
import { answerPublicPage } from './public-page.ts'
import { NEVER, row, type Row } from './row.ts'
import type { Site } from './site.server.ts'
import { staticReply } from './static-files.ts'
import { loggedPath } from './trouble.ts'
import { ACTOR_STRANGER, noteAccess } from '../services/audit/note-access.ts'

/** The rows of all pages; the last row of the table answers with a file or the not-found page. */
export function pageRows(site: Promise<Site>): Row[] {
  return [
    ...PUBLIC_PAGES.map(({ path, file, cacheSeconds, isUnlisted = false }) =>
      row({
        method: 'GET',
        path,
        access: 'public',
        handler: answerPublicPage(site, file),
        cache: `public, max-age=${cacheSeconds}`,
        isUnlisted,
        trouble: 'page',
      }),
    ),
    ...consolePaths(CONSOLE_PAGES, '').flatMap((path) => consoleRows(site, path)),
    row({
      method: 'GET',
      path: '/*',
      access: 'public',
      handler: async ({ path, headers }) => {
        const { files, drawNotice } = await site
        const file = files.get(path)
        return file === undefined ? drawNotice('nowhere', 404) : staticReply(file, headers)
      },
      trouble: 'page',
    }),
  ]
}

function consoleRows(site: Promise<Site>, path: string): Row[] {
  const common = { path, access: 'session', cache: NEVER, isUnlisted: true } as const
  const handler = answerConsole(site)
  const form = guardForm(handler, noteForeignForm)
  return [
    row({ ...common, method: 'GET', handler, trouble: 'page' }),
    row({ ...common, method: 'POST', handler: form, trouble: 'page' }),
  ]
}

/** A page of another site that sends a form of ours attacks the admin in whose browser it is open. */
function noteForeignForm({ path, headers, address, requestId }: HttpRequest, ctx: Ctx) {
  const origin = (headers.origin ?? 'none').slice(0, 200)
  return noteAccess(
    ctx,
    { actor: ACTOR_STRANGER, address, requestId },
    { action: 'access.form_refused', subject: loggedPath(path), after: { origin } },
  )
}

/** The addresses of a tree of routes. A route with children only frames them. */
const consolePaths = (routes: RouteConfigEntry[], above: string): string[] =>
  routes.flatMap(({ path, index, children }) => {
    const own = path === undefined ? above : `${above}/${path}`
    if (children !== undefined) return consolePaths(children, own)
    return path === undefined && index !== true ? [] : [own]
  })
