import { readFileSync } from 'node:fs'
import { createCounterfoil } from '@counterfoil/sdk'
import { model, provider } from '../model.mjs'

const { env } = process

/** One for the program: it keeps what still waits for the portal. */
export const counterfoil = createCounterfoil({
  portal: env.COUNTERFOIL_PORTAL,
  issuer: env.COUNTERFOIL_ISSUER,
  signingKey: readFileSync(env.COUNTERFOIL_KEY_FILE, 'utf8'),
  apiKey: env.COUNTERFOIL_API_KEY,
  defaults: { model, provider },
  onError: (error) => console.error(`${error.code}: ${error.message}`),
})
