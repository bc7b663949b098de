import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ServerBuild } from '@remix-run/node'
import pino from 'pino'
import type { Config, Ctx } from '#app/context.ts'
import { createCtx } from '#app/context.server.ts'
import { createPortal } from '#app/server.ts'
import { readApiKeyId } from '#app/services/api-keys/api-key.ts'
import type { Connection } from '#db/connection.ts'
import { bareServer, stockRemix, withoutDatabase, withPlainTransactions } from './baselines.ts'
import { answerCalls } from './calls.ts'

export type PortalApi = ReturnType<typeof createPortals>
export type Ports = Record<string, number>

/** Portals and their baselines, all in one process: what is compared differs in nothing else. */
function createPortals() {
  const log = pino({ level: 'warn' })
  const servers: Server[] = []
  const closers: (() => Promise<void>)[] = []
  const caches: Ctx['caches'][] = []

  const listen = async (server: Server): Promise<number> => {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
  const openCtx = (connection: Connection, config: Config): Ctx => {
    const ctx = createCtx({ connection, config, log })
    caches.push(ctx.caches)
    closers.push(() => ctx.db.close())
    return ctx
  }
  const close = async (): Promise<void> => {
    for (const server of servers.splice(0)) {
      server.close()
      server.closeAllConnections()
    }
    for (const closer of closers.splice(0)) await closer()
  }

  return {
    open: (connection: Connection, config: Config): Promise<number> =>
      listen(createPortal(openCtx(connection, config))),

    /** The portal, and the portal with a transaction for each request. */
    async openPair(connection: Exclude<Connection, { url: string }>, config: Config) {
      const ctx = openCtx(connection, config)
      const plain = withPlainTransactions(ctx, connection)
      closers.push(plain.close)
      return {
        portal: await listen(createPortal(ctx)),
        plain: await listen(createPortal(plain.ctx)),
      }
    },

    async openWithoutDatabase(connection: Connection, config: Config, apiKeys: string[]) {
      const ids = apiKeys.flatMap((apiKey) => readApiKeyId(apiKey) ?? [])
      return listen(createPortal(await withoutDatabase(openCtx(connection, config), ids)))
    },

    async openStockRemix(connection: Connection, config: Config): Promise<number> {
      const ctx = openCtx(connection, config)
      const file = pathToFileURL(resolve('build/pages/server/index.js')).href
      const scripts = JSON.parse(readFileSync('build/scripts.json', 'utf8')) as Ports & object
      return listen(
        stockRemix((await import(file)) as ServerBuild, {
          ctx,
          requestId: 'bench',
          address: '127.0.0.1',
          openapi: {},
          scripts: scripts as unknown as Record<string, string>,
        }),
      )
    },

    openBare: (body: string, type: string): Promise<number> =>
      listen(bareServer(Buffer.from(body), type)),

    /** After this, what is read was not kept from an earlier round. */
    forget(): void {
      for (const one of caches) {
        one.receiptStates.clear()
        one.views.clear()
      }
    },

    close,
  }
}

export function runPortal(): void {
  const portals = createPortals()
  answerCalls(portals, portals.close)
}
