import type { RouteConfig } from '@remix-run/dev/dist/config/routes'

/** Every page's address. A folder of route files would make a page of each test beside them. */
export default [
  { index: true, file: 'routes/home.tsx' },
  { path: 'r/:receiptId', file: 'routes/receipt.tsx' },
  { path: 'issuers/:slug', file: 'routes/issuer.tsx' },
  {
    path: 'admin',
    file: 'routes/admin/frame.tsx',
    children: [
      // Each place of the console, in the order of its navigation.
      { index: true, file: 'routes/admin/overview.tsx' },
      { path: 'issuers', file: 'routes/admin/issuers.tsx' },
      { path: 'issuers/new', file: 'routes/admin/issuer-new.tsx' },
      { path: 'issuers/:slug', file: 'routes/admin/issuer.tsx' },
      { path: 'issuers/:slug/edit', file: 'routes/admin/issuer-edit.tsx' },
      { path: 'receipts', file: 'routes/admin/receipts.tsx' },
      { path: 'receipts/:receiptId', file: 'routes/admin/receipt.tsx' },
      { path: 'receipts/:receiptId/revoke', file: 'routes/admin/receipt-revoke.tsx' },
      { path: 'receipts/:receiptId/erase', file: 'routes/admin/receipt-erase.tsx' },
      { path: 'audit', file: 'routes/admin/audit.tsx' },
      { path: 'alerts', file: 'routes/admin/alerts.tsx' },
      { path: 'alerts/new', file: 'routes/admin/webhook-new.tsx' },
      { path: 'alerts/:id', file: 'routes/admin/webhook.tsx' },
      { path: 'alerts/:id/address', file: 'routes/admin/webhook-address.tsx' },
      { path: 'alerts/:id/secret', file: 'routes/admin/webhook-secret.tsx' },
      { path: 'alerts/:id/remove', file: 'routes/admin/webhook-remove.tsx' },
      { path: 'sessions', file: 'routes/admin/sessions.tsx' },
    ],
  },
  { path: 'admin/audit.ndjson', file: 'routes/admin/audit-export.ts' },
  { path: 'docs', file: 'routes/docs.tsx' },
  { path: 'problems', file: 'routes/problems.tsx' },
  { path: 'problems/:code', file: 'routes/problem.tsx' },
  { path: '*', file: 'routes/nowhere.tsx' },
] satisfies RouteConfig
