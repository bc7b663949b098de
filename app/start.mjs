import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, checkNode, explain, installMissing, say } from './install.mjs'

// Everything happens in this one process, so a signal has one receiver: until the portal is loaded
// the system's own way (end at once), from then on the portal's (finish, stop Postgres, end).
try {
  checkNode()
  process.chdir(ROOT)
  process.env.NODE_ENV = 'production'
  // What is set in the environment goes before what the file says.
  if (existsSync('.env')) process.loadEnvFile('.env')
  await installMissing()
  const { build } = await import('./build.mjs')
  const { pages } = await build()
  if (pages) say('Building the pages …')
  process.setSourceMapsEnabled(true)
  const portal = await import(pathToFileURL(join(ROOT, 'build', 'portal.js')).href)
  await portal.start({ pages })
} catch (error) {
  explain(error)
  process.exit(1)
}
