import { resolve } from 'node:path'
import type { Settings } from './env.server.ts'
import { secretPath } from './secrets.server.ts'
import type { FirstSteps } from '../services/overview/seed-world.ts'

/** The screen that a person sees after `npm start`. */
export function printWelcome(values: {
  settings: Settings
  publicUrl: string
  firstSteps: FirstSteps | null
  /** The first owner's link; null once an admin exists. */
  setupUrl: string | null
  /** Sentences about misspelt settings and too few database connections. */
  warnings: string[]
  ms: number
}): void {
  const { settings, publicUrl, firstSteps, setupUrl, warnings } = values
  const token =
    settings.ADMIN_TOKEN === undefined
      ? resolve(secretPath(settings.DATA_DIR, 'ADMIN_TOKEN'))
      : 'the one you set in ADMIN_TOKEN'
  const lines = [
    '',
    `  Counterfoil is ready (${(values.ms / 1000).toFixed(1)} s).`,
    '',
    `  Portal        ${publicUrl}`,
    ...(firstSteps === null ? [] : [`  A receipt     ${publicUrl}/r/${firstSteps.receiptId}`]),
    `  API           ${publicUrl}/docs`,
    `  Console       ${publicUrl}/admin`,
    `  Admin token   ${token}`,
    ...(setupUrl === null
      ? []
      : [
          '',
          `  Set up the console   ${setupUrl}`,
          '                       (valid for one hour, works once)',
        ]),
    ...(firstSteps === null
      ? []
      : [
          '',
          '  Post a receipt yourself (a signed one lies ready; paste this in another terminal):',
          '',
          `  curl -sS ${publicUrl}/v1/receipts -H 'Authorization: Bearer ${firstSteps.apiKey}' \\`,
          `    -H 'Content-Type: application/json' --data-binary '@${firstSteps.bodyPath}'`,
        ]),
    ...warnings.flatMap((warning) => ['', `  Warning: ${warning}`]),
    '',
    '  Ctrl-C stops everything. Nothing is lost.',
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
