import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export const SDK = resolve(import.meta.dirname, '../../sdk')

/** sdk/dist as its sources are now; at once if it is so already. */
export async function buildSdk(): Promise<void> {
  const script = pathToFileURL(join(SDK, 'build.mjs')).href
  const built = (await import(/* @vite-ignore */ script)) as { buildSdk: () => Promise<void> }
  await built.buildSdk()
}
