import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { splitOutside } from './test/support/outside.mjs'

/** The core's own tests a second time, in the browser, where visitors run the core. */
const coreInChromium = (executablePath: string): TestProjectConfiguration => ({
  // Vite would find these packages only while a test loads, and reload the page under that test.
  optimizeDeps: {
    include: [
      '@noble/ed25519',
      '@noble/hashes/hmac.js',
      '@noble/hashes/sha2.js',
      '@noble/hashes/utils.js',
    ],
  },
  test: {
    name: 'core-in-chromium',
    testTimeout: 120_000,
    include: ['sdk/src/receipt/*.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath,
          // Root needs --no-sandbox; the rest keeps Chromium from calling home on a closed network.
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

const chromium = process.env.COUNTERFOIL_CHROMIUM

/** Against programs that no package of npm brings. */
const outside = (include: string[]): TestProjectConfiguration => ({
  test: {
    name: 'outside',
    include,
    globalSetup: ['test/support/database.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
const { files } = splitOutside()

const exclude = ['**/node_modules/**', 'build/**']

export default defineConfig({
  test: {
    // A small machine has two cores, and every worker may run a portal beside it.
    maxWorkers: 2,
    projects: [
      {
        // Needs only its own module: part of `npm run check`.
        test: {
          name: 'unit',
          // No test here is about time; a busy machine may be slow.
          testTimeout: 120_000,
          include: ['{app,db,sdk}/**/*.test.{ts,tsx}', 'test/*.test.ts'],
          exclude,
        },
      },
      {
        // Rules, routes and faults, on real Postgres.
        test: {
          name: 'api',
          include: ['test/{services,api,faults,sdk}/**/*.test.ts'],
          exclude,
          globalSetup: ['test/support/database.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // The pages, in a real browser that `npm test` has found, on real Postgres.
        test: {
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          exclude,
          globalSetup: ['test/support/database.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(files.length > 0 ? [outside(files)] : []),
      ...(chromium ? [coreInChromium(chromium)] : []),
    ],
  },
})
