import { loadPortal } from './built.mjs'
import { checkNode, explain, installMissing, say } from './install.mjs'

// Everything happens in this one process, so a signal has one receiver: until the portal is loaded
// the system's own way (end at once), from then on the portal's (finish, stop Postgres, end).
try {
  checkNode()
  await installMissing()
  // Not before: an older Node can't even read it.
  const { build } = await import('./build.mjs')
  const { pages } = await build()
  if (pages) say('Building the pages …')
  const portal = await loadPortal()
  await portal.start({ pages })
} catch (error) {
  explain(error)
  process.exit(1)
}
