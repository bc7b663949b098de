import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, checkNode, explain, installMissing, say } from './install.mjs'

// As start.mjs, with the same settings, and then one question instead of a portal.
try {
  checkNode()
  process.chdir(ROOT)
  process.env.NODE_ENV = 'production'
  if (existsSync('.env')) process.loadEnvFile('.env')
  await installMissing()
  const { build } = await import('./build.mjs')
  const { pages } = await build()
  if (pages) say('Building the pages …')
  await pages
  process.setSourceMapsEnabled(true)
  const portal = await import(pathToFileURL(join(ROOT, 'build', 'portal.js')).href)
  await portal.recover(process.argv[2])
} catch (error) {
  explain(error)
  process.exitCode = 1
}
