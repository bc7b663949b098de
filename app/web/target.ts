/**
 * The path and the query of a request's target. A server must take the absolute form too, as proxies
 * send it (RFC 9112 3.2.2). The portal ignores its host, as it ignores the Host header.
 */
export function readTarget(target: string): { path: string; search: string } {
  const local = /^https?:\/\/[^/?#]*/i.exec(target)
  const rest = local === null ? target : target.slice(local[0].length)
  const at = rest.indexOf('?')
  const path = at === -1 ? rest : rest.slice(0, at)
  return { path: path === '' ? '/' : path, search: at === -1 ? '' : rest.slice(at + 1) }
}

/** RFC 3986 3.2.2 and 3.2.3: a name or an address, and a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i

/**
 * Whether a request has more than one Host line, or one that is no host: RFC 9112 3.2 refuses it,
 * because the servers on a request's way would each read another host. Node answers a missing line.
 */
export function hasUnclearHost(rawHeaders: string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue
    if (++hosts > 1 || !HOST.test(rawHeaders[i + 1]!)) return true
  }
  return false
}

/** No page and no id has such a character, and Remix's router would print it to the console. */
const UNREADABLE = /[\0\r\n\u2028\u2029]/

/** A path's segments, decoded and in their one spelling. */
export interface Segments {
  /** Undecoded where the segment is not percent-encoded UTF-8, or holds a character that no id has. */
  decoded: string[]
  spelt: string[]
}

/** The segments of a path; empty ones, `.` and `..` are resolved. Null: the path has no slash first. */
export function readSegments(path: string): Segments | null {
  if (!path.startsWith('/')) return null
  const [decoded, spelt]: [string[], string[]] = [[], []]
  for (const raw of path.split('/')) {
    const segment = decode(raw)
    if (segment === '..') {
      decoded.pop()
      spelt.pop()
    } else if (segment !== '' && segment !== '.') {
      decoded.push(segment)
      spelt.push(segment === raw ? raw : spell(raw))
    }
  }
  return { decoded, spelt }
}

/** RFC 3986 6.2.2: `%72` is another spelling of `r`; `%2F` is not a spelling of `/`. */
const spell = (raw: string): string =>
  raw.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : code.toUpperCase()
  })

function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    const decoded = decodeURIComponent(segment)
    return UNREADABLE.test(decoded) ? segment : decoded
  } catch {
    return segment
  }
}
