import type { AdminRole } from '#app/services/door/session.ts'

interface Act {
  /** The least role that may do it. */
  role: AdminRole
  /**
   * Whether the admin must have proved their identity in the last ten minutes: a stranger at an
   * unlocked browser can't. Of a form with several buttons, the values of `act` that need it.
   */
  fresh: boolean | readonly string[]
}

/** For all who are signed in: the act concerns their own account alone. */
const OWN = 'viewer'

/**
 * Every act of a person who is signed in, by the path of its form below `/admin`. The guard refuses a
 * form that has no row here.
 */
export const ACTS = {
  'issuers/new': { role: 'admin', fresh: true },
  'issuers/:slug/edit': { role: 'admin', fresh: true },
  'issuers/:slug/keys/new': { role: 'admin', fresh: true },
  'issuers/:slug/keys/:kid/retire': { role: 'admin', fresh: true },
  'issuers/:slug/keys/:kid/revoke': { role: 'admin', fresh: true },
  'api-keys/new': { role: 'admin', fresh: true },
  'api-keys/:id/edit': { role: 'admin', fresh: true },
  'api-keys/:id/rotate': { role: 'admin', fresh: true },
  'api-keys/:id/revoke': { role: 'admin', fresh: true },
  'receipts/:receiptId/revoke': { role: 'admin', fresh: true },
  'receipts/:receiptId/erase': { role: 'admin', fresh: true },
  // Sends an alert again, to an address that an admin has set with a fresh proof.
  alerts: { role: 'admin', fresh: false },
  'alerts/new': { role: 'admin', fresh: true },
  // A test goes to the same address. Turning the webhook off would hide an attack.
  'alerts/:id': { role: 'admin', fresh: ['enable', 'disable'] },
  'alerts/:id/address': { role: 'admin', fresh: true },
  'alerts/:id/secret': { role: 'admin', fresh: true },
  'alerts/:id/remove': { role: 'admin', fresh: true },
  sessions: { role: OWN, fresh: true },
  'account/password': { role: OWN, fresh: true },
  'account/second-factor': { role: OWN, fresh: true },
  'account/second-factor/off': { role: OWN, fresh: true },
  'account/recovery-codes': { role: OWN, fresh: true },
  'account/passkey': { role: OWN, fresh: true },
  'account/passkeys/new': { role: OWN, fresh: true },
  // A name lets nobody in.
  'account/passkeys/:id': { role: OWN, fresh: false },
  'account/passkeys/:id/remove': { role: OWN, fresh: true },
  people: { role: 'owner', fresh: true },
  'people/invite': { role: 'owner', fresh: true },
  'people/:id': { role: 'owner', fresh: true },
  'people/:id/remove': { role: 'owner', fresh: true },
  // These give the fresh proof.
  confirm: { role: OWN, fresh: false },
  'confirm/passkey': { role: OWN, fresh: false },
  // An admin who leaves in a hurry must not be asked for a password.
  'sign-out': { role: OWN, fresh: false },
} as const satisfies Record<string, Act>

export type ActName = keyof typeof ACTS

/** Whether this sending of the act's form, or the page of its form, needs a fresh proof. */
export function needsFresh(name: ActName, form: FormData): boolean {
  const { fresh }: Act = ACTS[name]
  const act = form.get('act')
  return typeof fresh === 'boolean' ? fresh : typeof act === 'string' && fresh.includes(act)
}
