import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Ctx } from '#app/context.ts'
import { createCtx } from '#app/context.server.ts'
import { createPortal } from '#app/server.ts'
import type { Connection } from '#db/connection.ts'
import { findBreach } from './contract.ts'

export const ADMIN_TOKEN = 'an-admin-token-for-tests-only'
/** Not where the test's server listens: nothing may depend on the two being one. */
export const PUBLIC_URL = 'http://portal.test'

/** An answer, whose body has the type that the caller expects of it. */
export interface Answer<Body = Record<string, unknown>> {
  status: number
  headers: Headers
  /** Of JSON; else an empty object. */
  body: Body
  text: string
}

export interface Call {
  /** An API key or the admin token. */
  token?: string
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  raw?: string
  headers?: Record<string, string>
}

/** Somebody who talks to a portal, wherever it runs. */
export interface Client {
  /** Throws where the answer is not as the OpenAPI document says. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    call?: Call,
  ): Promise<Answer<Body>>
  /** As `call`, with the admin token. */
  admin<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>
}

export interface Portal extends Client {
  ctx: Ctx
  /** Where its server listens. */
  origin: string
  /** Moves the portal's clock; the database's goes on by itself. */
  advance(ms: number): void
  /** Every line logged so far, at every level. */
  logged(): string
  stop(): Promise<void>
}

/** A whole portal in this process, on a port of its own. Its pages are there once `pages` is done. */
export async function startPortal(
  connection: Connection,
  options: { pages?: Promise<void> } = {},
): Promise<Portal> {
  let offset = 0
  let lines = ''
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString()
      done()
    },
  })
  const ctx = createCtx({
    connection,
    config: {
      publicUrl: PUBLIC_URL,
      adminToken: ADMIN_TOKEN,
      apiKeyPepper: 'a-pepper-for-tests',
      sessionSecret: 'a-session-secret-for-tests',
      publicCostMsPerMinute: 1_000_000,
      requireSecondFactor: false,
      trustedProxies: ['127.0.0.0/8', '::1'],
    },
    log: pino({ level: 'trace' }, sink),
    now: () => Date.now() + offset,
  })
  // Without a build there are no pages to wait for, and no test of the API asks for one.
  const server = createPortal(ctx, options.pages ?? new Promise(() => undefined))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    ctx,
    origin,
    advance: (ms) => (offset += ms),
    logged: () => lines,
    ...createClient(origin),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await ctx.db.close()
    },
  }
}

export function createClient(origin: string): Client {
  const call = async <Body>(
    method: string,
    path: string,
    { token, body, raw, headers = {} }: Call = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined && raw === undefined ? {} : { body: raw ?? JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const breach = findBreach(method, path, { status: response.status, type, text })
    if (breach !== null) throw new Error(`${method} ${path} breaks the contract: ${breach}`)
    const read = type.endsWith('json') ? (JSON.parse(text) as Body) : ({} as Body)
    return { status: response.status, headers: response.headers, body: read, text }
  }
  return {
    call,
    admin: (method, path, body) => call(method, path, { token: ADMIN_TOKEN, body }),
  }
}
