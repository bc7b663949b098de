import type { RouteConfig, RouteConfigEntry } from '@remix-run/dev/dist/config/routes'

/** A public page: its answer may be kept for `cacheSeconds`. */
export interface PublicPageRow {
  path: string
  file: string
  cacheSeconds: number
  isUnlisted?: boolean
}

/** Drawn by app/web/public-page.ts, without the framework's own handler. */
export const PUBLIC_PAGES: PublicPageRow[] = [
  { path: '/', file: 'routes/home.tsx', cacheSeconds: 300 },
  { path: '/r/:receiptId', file: 'routes/receipt.tsx', cacheSeconds: 5, isUnlisted: true },
  { path: '/issuers/:slug', file: 'routes/issuer.tsx', cacheSeconds: 5 },
  { path: '/docs', file: 'routes/docs.tsx', cacheSeconds: 300 },
  { path: '/problems', file: 'routes/problems.tsx', cacheSeconds: 300 },
  { path: '/problems/:code', file: 'routes/problem.tsx', cacheSeconds: 300 },
]

/** The console's pages, in the order of its navigation, and the ways in. */
export const CONSOLE_PAGES: RouteConfigEntry[] = [
  {
    path: 'admin',
    file: 'routes/admin/frame.tsx',
    children: [
      {
        // An error page is drawn inside the frame, in the place of its page.
        file: 'routes/admin/inside.tsx',
        children: [
          // Each place of the console, in the order of its navigation.
          { index: true, file: 'routes/admin/overview.tsx' },
          { path: 'issuers', file: 'routes/admin/issuers/issuers.tsx' },
          { path: 'issuers/new', file: 'routes/admin/issuers/issuer-new.tsx' },
          { path: 'issuers/:slug', file: 'routes/admin/issuers/issuer.tsx' },
          { path: 'issuers/:slug/edit', file: 'routes/admin/issuers/issuer-edit.tsx' },
          { path: 'issuers/:slug/keys/new', file: 'routes/admin/issuers/signing-key-new.tsx' },
          { path: 'issuers/:slug/keys/:kid', file: 'routes/admin/issuers/signing-key.tsx' },
          {
            path: 'issuers/:slug/keys/:kid/retire',
            file: 'routes/admin/issuers/signing-key-retire.tsx',
          },
          {
            path: 'issuers/:slug/keys/:kid/revoke',
            file: 'routes/admin/issuers/signing-key-revoke.tsx',
          },
          { path: 'api-keys', file: 'routes/admin/api-keys/api-keys.tsx' },
          { path: 'api-keys/new', file: 'routes/admin/api-keys/api-key-new.tsx' },
          { path: 'api-keys/:id', file: 'routes/admin/api-keys/api-key.tsx' },
          { path: 'api-keys/:id/edit', file: 'routes/admin/api-keys/api-key-edit.tsx' },
          { path: 'api-keys/:id/rotate', file: 'routes/admin/api-keys/api-key-rotate.tsx' },
          { path: 'api-keys/:id/secret/:once', file: 'routes/admin/api-keys/api-key-secret.tsx' },
          { path: 'api-keys/:id/revoke', file: 'routes/admin/api-keys/api-key-revoke.tsx' },
          { path: 'receipts', file: 'routes/admin/receipts/receipts.tsx' },
          { path: 'receipts/:receiptId', file: 'routes/admin/receipts/receipt.tsx' },
          { path: 'receipts/:receiptId/revoke', file: 'routes/admin/receipts/receipt-revoke.tsx' },
          { path: 'receipts/:receiptId/erase', file: 'routes/admin/receipts/receipt-erase.tsx' },
          { path: 'audit', file: 'routes/admin/audit/audit.tsx' },
          { path: 'audit/sign-ins', file: 'routes/admin/audit/sign-ins.tsx' },
          { path: 'alerts', file: 'routes/admin/alerts/alerts.tsx' },
          { path: 'alerts/new', file: 'routes/admin/alerts/webhook-new.tsx' },
          { path: 'alerts/:id', file: 'routes/admin/alerts/webhook.tsx' },
          { path: 'alerts/:id/address', file: 'routes/admin/alerts/webhook-address.tsx' },
          { path: 'alerts/:id/secret', file: 'routes/admin/alerts/webhook-new-secret.tsx' },
          { path: 'alerts/:id/secret/:once', file: 'routes/admin/alerts/webhook-secret.tsx' },
          { path: 'alerts/:id/remove', file: 'routes/admin/alerts/webhook-remove.tsx' },
          { path: 'sessions', file: 'routes/admin/account/sessions.tsx' },
          { path: 'account', file: 'routes/admin/account/account.tsx' },
          { path: 'account/password', file: 'routes/admin/account/account-password.tsx' },
          { path: 'account/second-factor', file: 'routes/admin/account/second-factor.tsx' },
          { path: 'account/second-factor/off', file: 'routes/admin/account/second-factor-off.tsx' },
          { path: 'account/recovery-codes', file: 'routes/admin/account/recovery-codes.tsx' },
          { path: 'account/recovery-codes/:once', file: 'routes/admin/account/new-codes.tsx' },
          { path: 'account/passkeys/new', file: 'routes/admin/account/passkey-new.tsx' },
          { path: 'account/passkeys/:id', file: 'routes/admin/account/passkey.tsx' },
          { path: 'account/passkeys/:id/remove', file: 'routes/admin/account/passkey-remove.tsx' },
          { path: 'people', file: 'routes/admin/people/people.tsx' },
          { path: 'people/invite', file: 'routes/admin/people/people-invite.tsx' },
          { path: 'people/invite/:once', file: 'routes/admin/people/people-invited.tsx' },
          { path: 'people/:id', file: 'routes/admin/people/person.tsx' },
          { path: 'people/:id/remove', file: 'routes/admin/people/person-remove.tsx' },
          { path: '*', file: 'routes/admin/nowhere.tsx' },
        ],
      },
    ],
  },
  {
    // The ways in, outside the console's frame.
    file: 'routes/admin/door.tsx',
    children: [
      { path: 'admin/sign-in', file: 'routes/admin/door/sign-in.tsx' },
      { path: 'admin/sign-in/code', file: 'routes/admin/door/sign-in-code.tsx' },
      { path: 'admin/join/:token', file: 'routes/admin/door/join.tsx' },
      { path: 'admin/confirm', file: 'routes/admin/door/confirm.tsx' },
    ],
  },
  { path: 'admin/sign-out', file: 'routes/admin/door/sign-out.ts' },
  // The questions for a browser's authenticator, one for each use of a passkey.
  { path: 'admin/sign-in/passkey', file: 'routes/admin/door/ask-sign-in.ts' },
  { path: 'admin/join/:token/passkey', file: 'routes/admin/door/ask-join.ts' },
  { path: 'admin/confirm/passkey', file: 'routes/admin/door/ask-confirm.ts' },
  { path: 'admin/account/passkey', file: 'routes/admin/account/ask-add.ts' },
  { path: 'admin/audit.ndjson', file: 'routes/admin/audit/audit-export.ts' },
]

/** Every page's address in the build's form. A folder of route files would make tests pages too. */
export default [
  ...PUBLIC_PAGES.map(({ path, file }) =>
    path === '/' ? { index: true, file } : { path: path.slice(1), file },
  ),
  ...CONSOLE_PAGES,
] satisfies RouteConfig
