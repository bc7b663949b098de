import type { Ctx } from '#app/context.ts'
import type { Session } from '#app/services/door/session.ts'

/** What the loader of a public page is given: the part of Remix's arguments that it may use. */
export interface PageArgs {
  request: Pick<Request, 'url'>
  params: Record<string, string | undefined>
  context: PageContext
}

/** What a page's loader finds in its context. */
export interface PageContext {
  ctx: Ctx
  requestId: string
  /** The client's network address. */
  address: string
  /** Whose page it is, once it was looked up. */
  session?: Promise<Session | null>
  openapi: object
  scripts: Record<string, string>
  /** What a loader threw, left here by entry.server.tsx. */
  failure?: unknown
}

declare module '@remix-run/server-runtime' {
  interface AppLoadContext extends PageContext {
    ctx: Ctx
  }
}
