import type { Ctx } from '#app/context.ts'
import type { Session } from '#app/services/door/session.ts'

/** The arguments of a public page's loader: the part of Remix's that it may use. */
export interface PageArgs {
  request: Pick<Request, 'url'>
  params: Record<string, string | undefined>
  context: PageContext
}

/** The context of a page's loader. */
export interface PageContext {
  ctx: Ctx
  requestId: string
  /** The client's network address. */
  address: string
  /** The admin's session, once a loader has looked it up. */
  session?: Promise<Session | null>
  openapi: object
  scripts: Record<string, string>
  /** The error that a loader threw; entry.server.tsx leaves it here. */
  failure?: unknown
}

declare module '@remix-run/server-runtime' {
  interface AppLoadContext extends PageContext {
    ctx: Ctx
  }
}
