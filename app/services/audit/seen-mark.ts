import { createHmac } from 'node:crypto'
import type { Ctx } from '#app/context.ts'

/** The secret that a form would replace is no longer the one that the form's reader saw. */
export type SeenRefusal = 'changed_meanwhile'

/**
 * Stands in a form for the secret that it replaces, and tells nothing about it. A form in an older tab
 * bears the mark of a secret that is gone: it would end a secret that its reader never saw.
 */
export const markOf = (ctx: Pick<Ctx, 'config'>, secret: Uint8Array | null): string =>
  createHmac('sha256', `${ctx.config.sessionSecret} seen`)
    .update(secret ?? '')
    .digest('base64url')
    .slice(0, 22)
