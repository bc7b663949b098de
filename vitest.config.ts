import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'

/** The core's own tests a second time, where visitors will run it. */
const coreInChromium = (executablePath: string): TestProjectConfiguration => ({
  test: {
    name: 'core-in-chromium',
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

export default defineConfig({
  test: {
    projects: [
      {
        // Needs only its own module: part of `npm run check`.
        test: {
          name: 'unit',
          include: ['{app,db,sdk}/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['**/node_modules/**'],
        },
      },
      ...(chromium ? [coreInChromium(chromium)] : []),
    ],
  },
})
