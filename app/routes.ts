import type { RouteConfig } from '@remix-run/dev/dist/config/routes'

/** Every page's address. A folder of route files would make a page of each test beside them. */
export default [
  { index: true, file: 'routes/home.tsx' },
  { path: 'r/:receiptId', file: 'routes/receipt.tsx' },
  { path: 'issuers/:slug', file: 'routes/issuer.tsx' },
  { path: 'admin', file: 'routes/admin/notice.tsx' },
  {
    path: 'admin',
    file: 'routes/admin/frame.tsx',
    children: [
      // Each place of the console, in the order of its navigation.
      { path: 'sessions', file: 'routes/admin/sessions.tsx' },
    ],
  },
  { path: 'docs', file: 'routes/docs.tsx' },
  { path: 'problems', file: 'routes/problems.tsx' },
  { path: 'problems/:code', file: 'routes/problem.tsx' },
  { path: '*', file: 'routes/nowhere.tsx' },
] satisfies RouteConfig
