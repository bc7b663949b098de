import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, checkNode, explain } from './install.mjs'

/** The portal as it was built, with the settings of the environment and of the file .env. */
export async function loadPortal() {
  process.chdir(ROOT)
  process.env.NODE_ENV = 'production'
  // What is set in the environment goes before what the file says.
  if (existsSync('.env')) process.loadEnvFile('.env')
  process.setSourceMapsEnabled(true)
  return await import(pathToFileURL(join(ROOT, 'build', 'portal.js')).href)
}

// Run by itself it installs and builds nothing: what a container has is complete.
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
