import { redirect, type LoaderFunctionArgs, type TypedResponse } from '@remix-run/node'
import {
  findSent,
  isFormId,
  SentBefore,
  takeResult,
  type Sending,
} from '#app/services/audit/sending.ts'
import { done, type Outcome } from '#app/services/outcome.ts'
import { MINUTE_MS } from '#app/values/duration.ts'
import { CHANGED_MEANWHILE, EXPIRED_FORM, SENT_BEFORE } from '#app/ui/console/parts/refusals.ts'
import type { Signed } from './guard.ts'

/** A browser follows the redirect to the secret's page at once. */
const SECRET_KEPT_MS = 10 * MINUTE_MS

const senderOf = (admin: string): string => `admin ${admin}`

/** The sending of a form that is carried out once; null for any other form. */
export function readSending(admin: string, { pathname }: URL, form: FormData): Sending | null {
  const key = form.get('form')
  if (!isFormId(key)) return null
  const fields = [...form].filter(([name]) => name !== 'csrf')
  const asked = JSON.stringify([pathname, fields])
  return { sender: senderOf(admin), key, asked, keptMs: SECRET_KEPT_MS }
}

/** The mark of the secret that the form replaces; a form of ours that replaces one has it. */
export function readSeen({ form }: Signed): string {
  const seen = form.get('seen')
  if (typeof seen !== 'string') throw new Response(EXPIRED_FORM, { status: 403 })
  return seen
}

/** The answer to a form in an older tab: the secret that it would end is another by now. */
export const changedMeanwhile = (): Response => new Response(CHANGED_MEANWHILE, { status: 409 })

const sentBefore = (): Response => new Response(SENT_BEFORE, { status: 409 })

/** Runs the act of a form that is carried out once: a second sending gets the first one's value. */
export async function actOnce<Value, Code extends string>(
  act: () => Promise<Outcome<Value, Code>>,
): Promise<Outcome<Value, Code>> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof SentBefore ? sentBefore() : error
  }
}

/**
 * Runs an act that makes a secret, and leads to the page that shows it. A reload there asks for that
 * page alone, and a second sending of the form leads there too. `pageOf` gives the page's path for
 * the subject of the change, with `:once` for the form's id.
 */
export async function showOnce<Value, Code extends string>(
  { ctx, by: { sending } }: Signed,
  act: () => Promise<Outcome<Value, Code>>,
  pageOf: (subject: string) => string,
): Promise<Outcome<TypedResponse<never>, Code>> {
  if (sending === undefined) throw new Response(EXPIRED_FORM, { status: 403 })
  const before = await findSent(ctx, sending)
  if (before === null) {
    const acted = await actOnce(act)
    if (!acted.ok) return acted
  }
  const sent = before ?? (await findSent(ctx, sending))
  if (sent?.isSame !== true) throw sentBefore()
  return done(redirect(pageOf(sent.subject).replace(':once', sending.key)))
}

/** The secret for the page's first GET; null at every other request. */
export async function takeShown<Value>(
  { ctx, admin }: Signed,
  { request, params }: LoaderFunctionArgs,
): Promise<Value | null> {
  // A client that asks for the headers alone would use the secret up unseen.
  if (request.method === 'HEAD' || !isFormId(params.once)) return null
  const taken = await takeResult(ctx, { sender: senderOf(admin.id), key: params.once })
  return taken === null ? null : (taken.value as Value)
}

/** A page whose secret is gone says so with this status. */
export const statusOf = (shown: unknown): number => (shown === null ? 410 : 200)
