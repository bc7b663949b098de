import { loadPortal } from './built.mjs'
import { checkNode, explain, installMissing, say } from './install.mjs'

// As start.mjs, with the same settings, and then one question instead of a portal.
try {
  checkNode()
  await installMissing()
  // Not before: an older Node can't even read it.
  const { build } = await import('./build.mjs')
  const { pages } = await build()
  if (pages) say('Building the pages …')
  await pages
  const portal = await loadPortal()
  await portal.recover(process.argv[2])
} catch (error) {
  explain(error)
  process.exitCode = 1
}
