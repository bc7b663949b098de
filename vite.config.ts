import { dirname, relative, resolve } from 'node:path'
import { vitePlugin as remix } from '@remix-run/dev'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'
import { denyImports } from 'vite-env-only'

/**
 * Remix also builds every page for the browser, but the portal uses only the styles of that build.
 * Leaving the pages' parts out of it more than halves the time of the build.
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

/** The pages' server build imports the portal's own modules, so that each class exists once. */
const shareWithPortal: Plugin = {
  name: 'share-with-portal',
  enforce: 'pre',
  resolveId(source, importer, options) {
    if (options.ssr !== true || importer === undefined || !/^[.#]/.test(source)) return null
    const file = source.startsWith('#')
      ? source.replace(/^#/, '')
      : relative(import.meta.dirname, resolve(dirname(importer), source))
    const shared = /^app\/((?:services|web)\/.*)\.ts$/.exec(file)
    return shared === null ? null : { id: `../../shared/${shared[1]!}.js`, external: true }
  },
}

export default defineConfig({
  plugins: [
    leaveOutOfBrowser,
    shareWithPortal,
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
