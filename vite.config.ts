import { vitePlugin as remix } from '@remix-run/dev'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { denyImports } from 'vite-env-only'

export default defineConfig({
  plugins: [
    // A page that imports the schema would ship the whole of drizzle to a browser, unnoticed.
    denyImports({ client: { files: ['db/**'], specifiers: ['drizzle-orm', 'postgres', 'pino'] } }),
    tailwindcss(),
    remix({
      appDirectory: 'app',
      buildDirectory: 'build/pages',
      future: {
        // Both stay off: they open `*.data` and `/__manifest`, the paths with reported advisories.
        v3_singleFetch: false,
        v3_lazyRouteDiscovery: false,
        v3_routeConfig: true,
        v3_fetcherPersist: true,
        v3_relativeSplatPath: true,
        v3_throwAbortReason: true,
      },
    }),
  ],
  build: { target: 'es2022', reportCompressedSize: false },
})
