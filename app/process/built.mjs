import './std-streams.mjs'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, checkNode, explain } from './install.mjs'

/** Loads the built portal, with the settings of the environment and of the file .env. */
export async function loadPortal() {
  process.chdir(ROOT)
  process.env.NODE_ENV = 'production'
  // loadEnvFile keeps the variables that the environment has already.
  if (existsSync('.env')) process.loadEnvFile('.env')
  process.setSourceMapsEnabled(true)
  return await import(pathToFileURL(join(ROOT, 'build', 'portal.js')).href)
}

// As a command this file installs and builds nothing, because a container is built already.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , command, name] = process.argv
  try {
    checkNode()
    const portal = await loadPortal()
    await (command === 'recover' ? portal.recover(name) : portal.start())
  } catch (error) {
    explain(error)
    process.exit(1)
  }
}
