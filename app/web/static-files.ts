import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { IncomingHttpHeaders } from 'node:http'
import { etagOf } from './node-server.ts'
import type { Reply } from './reply.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

export interface StaticFile {
  plain: Buffer
  zipped: Buffer | null
  headers: Record<string, string>
}

/**
 * Every file of a folder, read and compressed once: they are few and small. The portal serves only
 * the files that were there at the start, so that no path can lead out of the folder.
 */
export function readStaticFiles(folder: string): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const plain = readFileSync(file)
    const path = file.slice(folder.length).replaceAll('\\', '/')
    const zipped = type.startsWith('image/png') ? null : gzipSync(plain, { level: 9 })
    files.set(path, {
      plain,
      zipped: zipped !== null && zipped.length < plain.length ? zipped : null,
      headers: {
        'content-type': type,
        // A name under /assets holds its content's digest, so that the content never changes.
        'cache-control': path.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'public, max-age=3600',
        etag: etagOf(plain),
        vary: 'Accept-Encoding',
      },
    })
  }
  return files
}

export function staticReply(file: StaticFile, headers: IncomingHttpHeaders): Reply {
  const zip = file.zipped !== null && /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  return {
    status: 200,
    headers: zip ? { ...file.headers, 'content-encoding': 'gzip' } : file.headers,
    body: zip ? file.zipped : file.plain,
  }
}
