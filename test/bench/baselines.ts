import { createServer, type Server } from 'node:http'
import { PassThrough } from 'node:stream'
import {
  createReadableStreamFromReadable,
  createRequestHandler,
  writeReadableStreamToWritable,
  type AppLoadContext,
  type EntryContext,
  type ServerBuild,
} from '@remix-run/node'
import { RemixServer, useLoaderData } from '@remix-run/react'
import pg from 'pg'
import { createElement, type FunctionComponent } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import type { Ctx } from '#app/context.ts'
import type { Connection } from '#db/connection.ts'
import type { IngestAnswer, IngestItem } from '#db/queries/ingest/ingest.ts'

/** node:http with one finished body: what this machine can do without any portal. */
export const bareServer = (body: Buffer, type: string): Server =>
  createServer((_request, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length })
    response.end(body)
  })

/** The same process with everything but the database: every group answers at once. */
export async function withoutDatabase(ctx: Ctx, apiKeyIds: string[]): Promise<Ctx> {
  const rows = await Promise.all(apiKeyIds.map((id) => ctx.db.groups.apiKey.call(id)))
  const byId = new Map(rows.map((row) => [row?.id, row]))
  const usage = { used: 1, reserved: 0, cap: 1_000_000_000, resetsAt: new Date() }
  const groups = {
    ...ctx.db.groups,
    apiKey: { call: (id: string) => Promise.resolve(byId.get(id) ?? null) },
    ingest: { call: () => Promise.resolve({ answer: 'stored', other: null, usage }) },
  }
  return { ...ctx, db: { ...ctx.db, groups } }
}

/**
 * The plain way, for comparison: a transaction for each request, which locks the counter, looks,
 * inserts and counts. The rest of the request (authentication in groups too) is the portal's own.
 */
export function withPlainTransactions(ctx: Ctx, connection: Exclude<Connection, { url: string }>) {
  const pool = new pg.Pool({ ...connection, max: 10, idleTimeoutMillis: 0 })
  const call = async (item: IngestItem): Promise<IngestAnswer> => {
    const client = await pool.connect()
    const ask = async <Row extends object>(name: string, text: string, values: unknown[]) =>
      (await client.query<Row>({ name, text, values })).rows
    const store = async (): Promise<IngestAnswer> => {
      const [counter] = await ask<{ used: number; cap: number | null; mode: string }>(
        'counter',
        `select c.used::float8, a.cap::float8, a.mode from cap_usage c
          join api_keys a on a.id = c.api_key
          where c.api_key = $1 and c.period = cap_period(now()) for update of c`,
        [item.apiKey],
      )
      const [key] = await ask<{ state: string }>(
        'key',
        'select state from signing_keys where kid = $1 and issuer = $2',
        [item.kid, item.issuer],
      )
      const [known] = await ask('known', 'select 1 from receipts where id = $1', [item.id])
      const usage = { used: 0, reserved: 0, cap: null, resetsAt: new Date() }
      if (known !== undefined) return { answer: 'repeat', other: null, usage }
      if (key?.state !== 'active') return { answer: 'unknown_signing_key', other: null, usage }
      const { used, cap, mode } = counter!
      if (cap !== null && used >= cap) return { answer: 'cap_exceeded', other: null, usage }
      await ask('job', 'insert into jobs (issuer, mode, jti, receipt_id) values ($1, $2, $3, $4)', [
        item.issuer,
        mode,
        item.jti,
        item.id,
      ])
      await ask(
        'receipt',
        `insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws,
                               content_digest, jti, received_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())`,
        [
          item.id,
          item.digest,
          item.issuer,
          item.kid,
          item.apiKey,
          mode,
          item.visibility,
          item.jws,
          item.contentDigest,
          item.jti,
        ],
      )
      await ask(
        'count',
        `update cap_usage set used = used + 1
          where api_key = $1 and period = cap_period(now())`,
        [item.apiKey],
      )
      return { answer: 'stored', other: null, usage: { ...usage, used: used + 1, cap } }
    }
    try {
      await client.query('begin')
      const answer = await store()
      await client.query('commit')
      client.release()
      return answer
    } catch (error) {
      client.release(true)
      throw error
    }
  }
  return {
    ctx: { ...ctx, db: { ...ctx.db, groups: { ...ctx.db.groups, ingest: { call } } } },
    close: () => pool.end(),
  }
}

/**
 * Remix as it comes: its default entry.server (a stream through a PassThrough) and the adapter that
 * remix-serve uses, on plain node:http. The real remix-serve has Express, compression and a log line
 * for each request on top, so this is a quicker baseline than that, never a slower one.
 */
export function stockRemix(build: ServerBuild, context: AppLoadContext): Server {
  const entry = { module: { ...build.entry.module, default: streamPage } }
  const routes = Object.fromEntries(
    Object.entries(build.routes).map(([id, route]) => [id, { ...route, module: withData(route) }]),
  )
  const handle = createRequestHandler({ ...build, entry, routes }, 'production')
  return createServer((incoming, outgoing) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value)
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
    void handle(new Request(url, { headers }), context).then(async (response) => {
      outgoing.statusCode = response.status
      response.headers.forEach((value, name) => outgoing.appendHeader(name, value))
      if (response.body === null) outgoing.end()
      else await writeReadableStreamToWritable(response.body, outgoing)
    })
  })
}

/** The portal gives a page's component its data; the framework's own way is a hook. */
function withData({ module }: ServerBuild['routes'][string] & object) {
  const Page = module.default as FunctionComponent<{ loaderData: unknown }>
  const Routed = () => createElement(Page, { loaderData: useLoaderData() })
  return { ...module, default: Routed }
}

function streamPage(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const page = createElement(RemixServer, { context, url: request.url, abortDelay: 5_000 })
    const { pipe } = renderToPipeableStream(page, {
      onShellReady() {
        const body = new PassThrough()
        headers.set('Content-Type', 'text/html')
        resolve(new Response(createReadableStreamFromReadable(body), { headers, status }))
        pipe(body)
      },
      onShellError: (error) => reject(error instanceof Error ? error : new Error(String(error))),
    })
  })
}
