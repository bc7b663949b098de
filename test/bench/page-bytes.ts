import { gzipSync } from 'node:zlib'
import type { Bench } from './stage.ts'
import type { Row } from './table.ts'

/** What a browser fetches to show a verify page, packed as a proxy or the portal packs it. */
export async function benchBytes({ ports, popular }: Bench): Promise<Row[]> {
  const origin = `http://127.0.0.1:${ports.small}`
  const read = async (path: string) =>
    Buffer.from(
      await (await fetch(origin + path, { headers: { accept: 'text/html' } })).arrayBuffer(),
    )
  const html = await read(`/r/${popular}`)
  const paths = new Set(
    [...html.toString().matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css|svg|png|woff2))"/g)].map(
      ([, path]) => path!,
    ),
  )
  let scripts = 0
  let all = gzipSync(html).length
  for (const path of paths) {
    const size = gzipSync(await read(path), { level: 9 }).length
    all += size
    if (path.endsWith('.js')) scripts += size
  }
  const row = (what: string, bytes: number, first: number, goal: number, detail: string): Row => ({
    what,
    beside: '–',
    measured: bytes / 1000,
    unit: 'kB',
    better: 'less',
    first,
    goal,
    detail,
  })
  return [
    row('verify page: script, gzip', scripts, 25, 15, `${scripts} bytes`),
    row('verify page: everything, gzip', all, 80, 50, `HTML and ${[...paths].join(' ')}`),
  ]
}
