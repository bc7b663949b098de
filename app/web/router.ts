import type { IncomingHttpHeaders } from 'node:http'
import { refuse, type Handler } from './handler.ts'
import type { Reply } from './reply.ts'
import { headersOf, type Row } from './row.ts'
import { PREFLIGHT } from './security-headers.ts'
import { readSegments, type Segments } from './target.ts'

/** The row and the handler that answer a request. */
export interface Found {
  row: Row
  handler: Handler
  params: Record<string, string>
  /** The headers of every answer under this path. */
  headers: Record<string, string>
}

interface Node {
  fixed: Map<string, Node>
  /** Segments with a name, by what they end in; the longest end is tried first. */
  named: { end: string; node: Node }[]
  /** The rows of a last `*`. */
  rest: Place | null
  place: Place | null
}

/** The rows of one path, and the headers that their answers share. */
interface Place {
  rows: Row[]
  headers: Record<string, string>
}

const newNode = (): Node => ({ fixed: new Map(), named: [], rest: null, place: null })

/**
 * Reads the table once; then walks it by a path's segments. `always` are the headers of every
 * answer. The table must have a row for GET `/*`, so that every request finds a row.
 */
export function createRouter(rows: readonly Row[], always: Record<string, string>) {
  const root = newNode()
  for (const row of rows) addRow(root, row)
  finish(root, always)

  return function find(method: string, path: string, headers: IncomingHttpHeaders): Found {
    const segments = readSegments(path)
    const walked = segments === null ? null : walk(root, segments)
    const place = walked?.place ?? root.rest!
    const spelling = walked?.spelling ?? path
    const { row, handler } = choose(place, method, headers)
    const params = nameValues(row, walked?.values ?? [])
    if (spelling === path || row.path.endsWith('*'))
      return { row, handler, params, headers: place.headers }
    // Another spelling of a path would pass by every cache, so a reader is sent to the one spelling.
    // A program gets 404, because it mistyped an address.
    const isPage = row.trouble === 'page' && (method === 'GET' || method === 'HEAD')
    const other = isPage ? redirectTo(spelling) : nothing
    return { row, handler: other, params, headers: place.headers }
  }
}

function addRow(root: Node, row: Row): void {
  let node = root
  const segments = row.path.split('/').slice(1)
  for (const segment of segments) {
    if (segment === '*') {
      node.rest ??= { rows: [], headers: {} }
      node.rest.rows.push(row)
      return
    }
    if (segment === '') continue
    node = segment.startsWith(':') ? namedNode(node, segment) : fixedNode(node, segment)
  }
  node.place ??= { rows: [], headers: {} }
  node.place.rows.push(row)
}

function fixedNode(node: Node, segment: string): Node {
  const next = node.fixed.get(segment) ?? newNode()
  node.fixed.set(segment, next)
  return next
}

function namedNode(node: Node, segment: string): Node {
  const end = segment.replace(NAME, '')
  const known = node.named.find((one) => one.end === end)
  if (known !== undefined) return known.node
  const next = { end, node: newNode() }
  node.named.push(next)
  node.named.sort((a, b) => b.end.length - a.end.length)
  return next.node
}

const NAME = /^:(\w+)/

/** Each row has its own names for the segments that it shares with other rows. */
function nameValues(row: Row, values: string[]): Record<string, string> {
  const params: Record<string, string> = {}
  if (values.length === 0) return params
  const named = row.path.split('/').filter((segment) => segment.startsWith(':'))
  for (const [i, segment] of named.entries()) params[NAME.exec(segment)![1]!] = values[i] ?? ''
  return params
}

function finish(node: Node, always: Record<string, string>): void {
  for (const place of [node.place, node.rest]) {
    if (place === null) continue
    const isChosenByAccept = place.rows.some(({ when }) => when !== null)
    place.headers = { ...always, ...headersOf(place.rows[0]!, isChosenByAccept) }
  }
  for (const next of [...node.fixed.values(), ...node.named.map((one) => one.node)])
    finish(next, always)
}

interface Walked {
  place: Place
  /** Of the segments with a name, in order. */
  values: string[]
  /** The one spelling of the path that was walked. */
  spelling: string
}

/** The place of these segments, or else of the innermost `*` on the way; null without either. */
function walk(root: Node, { decoded, spelt }: Segments): Walked | null {
  let node = root
  let rest = root.rest
  let spelling = ''
  const values: string[] = []
  for (const [i, segment] of decoded.entries()) {
    rest = node.rest ?? rest
    const fixed = node.fixed.has(segment) ? segment : segment.toLowerCase()
    const exact = node.fixed.get(fixed)
    if (exact !== undefined) {
      spelling += `/${fixed}`
      node = exact
      continue
    }
    const named = node.named.find(({ end }) => segment.endsWith(end) && segment.length > end.length)
    if (named === undefined)
      return rest === null ? null : { place: rest, values: [], spelling: `/${spelt.join('/')}` }
    values.push(segment.slice(0, segment.length - named.end.length))
    spelling += `/${spelt[i]!}`
    node = named.node
  }
  rest = node.rest ?? rest
  const place = node.place ?? rest
  return place === null ? null : { place, values, spelling: spelling || '/' }
}

/** The row for this method; otherwise a handler for the preflight or the 405. */
function choose(
  { rows }: Place,
  method: string,
  headers: IncomingHttpHeaders,
): { row: Row; handler: Handler } {
  const asked = method === 'HEAD' ? 'GET' : method
  const row = rows.find(
    (one) =>
      (one.method === asked || one.method === '*') && (one.when === null || one.when(headers)),
  )
  if (row !== undefined) return { row, handler: row.handler }
  const allow = allowed(rows)
  const [first] = rows
  const isPreflight = method === 'OPTIONS' && first!.access === 'public'
  return { row: first!, handler: isPreflight ? preflight(allow) : refuseMethod(allow) }
}

const allowed = (rows: readonly Row[]): string =>
  [...new Set(rows.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(
    ', ',
  )

const refuseMethod =
  (allow: string): Handler =>
  (request) =>
    refuse(request, 'method_not_allowed', { headers: { allow } })

const preflight =
  (allow: string): Handler =>
  (): Reply => ({
    status: 204,
    headers: { ...PREFLIGHT, 'access-control-allow-methods': allow },
    body: null,
  })

const redirectTo =
  (path: string): Handler =>
  ({ search }): Reply => ({
    status: 308,
    headers: { location: search === '' ? path : `${path}?${search}` },
    body: null,
  })

export const nothing: Handler = (request) => refuse(request, 'not_found')
