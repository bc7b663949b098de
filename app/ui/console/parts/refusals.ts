import type { Notice } from '#app/ui/site/notice-pages.tsx'
import { lookUp } from './look-up.ts'

/** The bodies of the console's 403s, which its error page recognises. */
export const ROLE_TOO_LOW = 'role too low'
export const EXPIRED_FORM = 'expired form'
/** And those of its 409s. */
export const SENT_BEFORE = 'sent before'
export const CHANGED_MEANWHILE = 'changed meanwhile'

interface Refusal {
  title: string
  says: string
  /** Whether the reader may open the same form again. */
  mayRepeat?: boolean
}

const REFUSALS: Record<string, Refusal> = {
  [ROLE_TOO_LOW]: {
    title: 'Your role does not allow this',
    says: 'An owner can give you another one under People.',
  },
  [EXPIRED_FORM]: {
    title: 'This form is no longer valid',
    says: 'You signed in again since it was opened. Go back, reload the page and send it once more.',
  },
  [SENT_BEFORE]: {
    title: 'This form was sent before',
    says: 'It was carried out then, and nothing was changed now. To do it another time, or with other values, open the form anew.',
    mayRepeat: true,
  },
  [CHANGED_MEANWHILE]: {
    title: 'It was changed since you opened this page',
    says: 'Another secret is in its place, made by somebody else or by you in another tab. Nothing was changed now. To replace that one too, open the form anew.',
    mayRepeat: true,
  },
}

const NOWHERE: Refusal = {
  title: 'There is no page here',
  says: 'The address may be cut off or mistyped, or its page may be gone.',
}

const TROUBLE: Refusal = {
  title: 'This page could not be shown right now',
  says: 'The portal could not reach what it needs. Try again in a moment; if you sent a form, check first whether it took effect.',
}

/** The notice in place of a page, with a link that stays within the console. */
export function consoleNotice(error: unknown): Notice {
  const answer = error as { status?: unknown; data?: unknown } | null
  const refusal = lookUp(REFUSALS, String(answer?.data))
  if (refusal === undefined && answer?.status !== 404)
    return { verdict: 'cannot-check', ...TROUBLE, action: 'Try again', href: '' }
  const { title, says, mayRepeat = false } = refusal ?? NOWHERE
  const onward = mayRepeat
    ? { action: 'Open the form anew', href: '' }
    : { action: 'To the overview', href: '/admin' }
  return { verdict: 'not-found', title, says, ...onward }
}
