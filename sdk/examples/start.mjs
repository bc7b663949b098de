// npm run example express (or: next-route-handler, remix, browser)
//
// Makes everything ready that an example needs and is not told by the environment: the SDK's build,
// a portal with an issuer, a published key and an API key, and something that answers like a model.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SetupError, checkNode, explain, installMissing, say } from '../../app/process/install.mjs'
import { buildSdk } from '../build.mjs'

const HERE = import.meta.dirname
const NAMES = ['express', 'next-route-handler', 'remix', 'browser']

try {
  checkNode()
  const [name] = process.argv.slice(2)
  if (!NAMES.includes(name)) throw new SetupError(`Say which example: ${NAMES.join(', ')}.`)
  if (existsSync('.env')) process.loadEnvFile('.env')
  await installMissing()
  await buildSdk()
  const { env } = process
  if (!env.COUNTERFOIL_PORTAL) {
    const { startOwnPortal } = await import('./own-portal.mjs')
    Object.assign(env, await startOwnPortal())
  }
  if (!env.OPENAI_API_KEY && !env.ANTHROPIC_API_KEY) {
    const { startStandIn } = await import('./stand-in.mjs')
    say('No OPENAI_API_KEY or ANTHROPIC_API_KEY is set: a stand-in on this machine answers.')
    // The package `openai` reads both of these by itself.
    Object.assign(env, { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${await startStandIn()}/v1` })
  }
  await import(pathToFileURL(join(HERE, name, 'server.mjs')).href)
} catch (error) {
  explain(error)
  process.exit(1)
}
