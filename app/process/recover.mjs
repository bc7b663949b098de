import { loadPortal } from './built.mjs'
import { checkNode, explain, installMissing, say } from './install.mjs'

// This command reads the same settings as start.mjs, and recovers an owner instead of serving.
try {
  checkNode()
  await installMissing()
  // The import comes after checkNode, because an older Node can't parse the file.
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
