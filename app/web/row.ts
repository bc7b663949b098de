import type { IncomingHttpHeaders } from 'node:http'
import type { Handler } from './handler.ts'
import { BODY_BYTES_MAX } from './read-body.ts'
import { CORS } from './security-headers.ts'

/** The callers of a row: anybody, or a holder of an API key, the admin token or a session. */
export type Access = 'public' | 'key' | 'admin' | 'session'

/** Cache rules of answers whose status is 200; every other answer is `no-store`. */
export const NEVER = 'no-store'
export const TEN_SECONDS = 'public, max-age=10'
export const FIVE_MINUTES = 'public, max-age=300'
export const ONE_DAY = 'public, max-age=86400'
export const FOREVER = 'public, max-age=31536000, immutable'

/** One line of the table of all URLs: the rules for every answer under a method and a path. */
export interface Row {
  /** `*` is every method. GET answers HEAD as well. */
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | '*'
  /** `:name` is one segment, `:name.json` one with that end, and a last `*` all that follows. */
  path: string
  access: Access
  /** Already guarded: it refuses a caller who lacks the row's access. */
  handler: Handler
  cache: string
  /** Search engines are told to leave the answer out: a receipt is found by its link alone. */
  isUnlisted: boolean
  /** The limit of the request's body, in bytes. */
  bytesMax: number
  /** The row answers only requests with such headers. Rows of one path are tried in order. */
  when: ((headers: IncomingHttpHeaders) => boolean) | null
  /** The answer while the portal is in trouble: a page, or a problem in JSON. */
  trouble: 'page' | 'problem'
}

type Needed = 'method' | 'path' | 'access' | 'handler'

/** A row with the values that most rows have. */
export const row = (given: Pick<Row, Needed> & Partial<Omit<Row, Needed>>): Row =>
  Object.assign(
    {
      cache: NEVER,
      isUnlisted: false,
      bytesMax: BODY_BYTES_MAX,
      when: null,
      trouble: 'problem' as const,
    },
    given,
  )

/** The headers of every answer under one path. A choice by Accept concerns all its rows. */
export const headersOf = (
  { access, isUnlisted }: Row,
  isChosenByAccept: boolean,
): Record<string, string> => ({
  ...(access === 'public' ? CORS : {}),
  ...(isUnlisted ? { 'x-robots-tag': 'noindex' } : {}),
  ...(isChosenByAccept ? { vary: 'Accept' } : {}),
})
