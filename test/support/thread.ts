import { resolve } from 'node:path'
import { build } from 'esbuild'

/** What the portal's threads run, built from the sources as they are now: the file's path. */
export async function buildThread(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..')
  const outfile = resolve(root, `build/test/thread-${String(process.pid)}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: ['app/engine/thread.server.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  })
  return outfile
}
