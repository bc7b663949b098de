import { loadPortal } from './built.mjs'
import { checkNode, explain, installMissing, say } from './install.mjs'

// All steps run in this one process, so that a signal has one receiver. Before the portal is loaded a
// signal ends the process at once; afterwards the portal finishes its requests and stops Postgres.
try {
  checkNode()
  await installMissing()
  // The import comes after checkNode, because an older Node can't parse the file.
  const { build } = await import('./build.mjs')
  const { pages } = await build()
  if (pages) say('Building the pages …')
  const portal = await loadPortal()
  await portal.start({ pages })
} catch (error) {
  explain(error)
  process.exit(1)
}
