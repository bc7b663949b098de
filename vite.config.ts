import { vitePlugin as remix } from '@remix-run/dev'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'
import { denyImports } from 'vite-env-only'

/**
 * Remix builds every page for the browser as well, and no page loads that: all that is used of it are
 * the styles. So what the pages are made of is left out of it, which more than halves the build.
 */
const leaveOutOfBrowser: Plugin = {
  name: 'leave-out-of-browser',
  enforce: 'pre',
  load(id, options) {
    const isPart =
      /\/node_modules\/|\/app\/(?!root\.tsx|routes\/).*\.tsx?$/.test(id) && !id.includes('\0')
    if (options?.ssr === true || !isPart || id.includes('.css')) return null
    return { code: 'export default {}', syntheticNamedExports: true }
  },
}

export default defineConfig({
  plugins: [
    leaveOutOfBrowser,
    // A page that imports the schema would ship the whole of drizzle to a browser, unnoticed.
    denyImports({ client: { files: ['db/**'], specifiers: ['drizzle-orm', 'pg', 'pino'] } }),
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
