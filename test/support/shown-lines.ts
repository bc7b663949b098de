import { execFile } from 'node:child_process'
import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { PUBLIC_URL, type Portal } from './portal.ts'

const run = promisify(execFile)
const ENTITIES: Record<string, string> = { quot: '"', '#x27': "'", amp: '&', lt: '<', gt: '>' }

/** The text of an element of a page as a browser would copy it. */
export function textOf(html: string, id: string): string {
  const inner = new RegExp(`<pre id="${id}"[^>]*>([^<]*)</pre>`).exec(html)?.[1]
  if (inner === undefined) throw new Error(`there is no #${id} on the page`)
  return inner.replace(/&([a-z]+|#x27);/g, (_, name: string) => ENTITIES[name]!)
}

/**
 * An empty folder from which npm's packages are found, as from a service's own, and from which curl
 * reaches the portal at its public address.
 */
export async function makeFolder(portal: Pick<Portal, 'origin'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-shown-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  const [host, port] = [new URL(PUBLIC_URL).host, new URL(portal.origin).port]
  const settings = `connect-to = "${host}:80:127.0.0.1:${port}"\nnoproxy = "*"\n`
  await writeFile(join(folder, '.curlrc'), settings)
  return folder
}

/** Runs lines as somebody does who pastes them into a shell; gives back what they print. */
export async function runLines(folder: string, lines: string): Promise<string[]> {
  const { stdout } = await run('sh', ['-c', lines], {
    cwd: folder,
    env: { ...process.env, CURL_HOME: folder },
  })
  return stdout.trimEnd().split('\n')
}
