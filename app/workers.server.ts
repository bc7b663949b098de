import cluster from 'node:cluster'
import { resolve } from 'node:path'
import { createCtx, type Config } from './context.server.ts'
import type { Connection } from '#db/connection.ts'
import { createDispatcher } from './dispatch.server.ts'
import type { Settings } from './env.server.ts'
import { openGate } from './http/gate.ts'
import { openLog } from './log.server.ts'
import { openSite } from './pages.server.ts'
import { stopOnSignals } from './signals.server.ts'

interface WorkerOrders {
  connection: Connection
  config: Config
  settings: Settings
}

/** Secrets go by message, so that they stand in no environment and no command line. */
export async function forkWorkers(
  settings: Settings,
  orders: Omit<WorkerOrders, 'settings'>,
): Promise<void> {
  cluster.setupPrimary({ exec: resolve('app/worker.mjs') })
  const fork = () =>
    new Promise<void>((resolve) => {
      const worker = cluster.fork()
      worker.once('online', () => worker.send({ ...orders, settings } satisfies WorkerOrders))
      worker.once('listening', () => resolve())
    })
  cluster.on('exit', (worker) => {
    if (!worker.exitedAfterDisconnect && worker.process.signalCode !== 'SIGTERM') void fork()
  })
  await Promise.all(Array.from({ length: settings.WEB_CONCURRENCY }, fork))
}

export function stopWorkers(): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
}

/** One of several processes on one port; the first process tells it everything it needs. */
export async function startWorker(): Promise<void> {
  const orders = await new Promise<WorkerOrders>((resolve) => process.once('message', resolve))
  const log = openLog(orders.settings)
  const ctx = createCtx({ ...orders, log })
  const gate = await openGate(orders.settings)
  // Ctrl-C reaches every process of a terminal; the first one decides and sends SIGTERM.
  process.on('SIGINT', () => undefined)
  stopOnSignals(log, ['SIGTERM'], async () => {
    await gate.close()
    await ctx.db.close()
  })
  gate.open(createDispatcher(ctx, openSite(ctx, Promise.resolve())))
}
