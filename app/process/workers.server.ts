import cluster from 'node:cluster'
import { resolve } from 'node:path'
import { startChores } from './background.server.ts'
import type { Config } from '../context.ts'
import { createCtx } from '../context.server.ts'
import type { Connection } from '#db/connection.ts'
import { createDispatcher } from '../web/dispatch.server.ts'
import type { Settings } from './env.server.ts'
import { openGate } from '../web/gate.ts'
import { openLog } from './log.server.ts'
import { openSite } from '../web/site.server.ts'
import { stopOnSignals } from './signals.server.ts'

interface WorkerOrders {
  connection: Connection
  config: Config
  settings: Settings
}

/** A worker that ended is replaced after this pause, so that a broken one can't loop at full speed. */
const RESTART_PAUSE_MS = 500
const ASKS_FOR_ORDERS = 'asks for orders'

let isStopping = false

/**
 * Secrets go to workers by message, so that no environment and no command line shows them. The worker
 * asks first, because a message to a worker that doesn't listen yet is lost.
 */
export async function forkWorkers(
  settings: Settings,
  orders: Omit<WorkerOrders, 'settings'>,
): Promise<void> {
  cluster.setupPrimary({ exec: resolve('app/process/worker.mjs') })
  const fork = () =>
    new Promise<void>((resolve) => {
      const worker = cluster.fork()
      worker.on('message', (message) => {
        if (message === ASKS_FOR_ORDERS) worker.send({ ...orders, settings } satisfies WorkerOrders)
      })
      worker.once('listening', () => resolve())
    })
  cluster.on('exit', () => {
    if (isStopping) return
    setTimeout(() => {
      if (!isStopping) void fork()
    }, RESTART_PAUSE_MS)
  })
  await Promise.all(Array.from({ length: settings.WEB_CONCURRENCY }, fork))
}

/** Settles when all workers have ended: until then they need the database. */
export async function stopWorkers(): Promise<void> {
  isStopping = true
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  await Promise.all(
    workers.map(async (worker) => {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.process.kill('SIGTERM')
      if (!worker.isDead()) await ended
    }),
  )
}

/** Starts one of several processes on one port; the first process sends its settings and secrets. */
export async function startWorker(): Promise<void> {
  const orders = await new Promise<WorkerOrders>((resolve) => {
    process.once('message', resolve)
    process.send!(ASKS_FOR_ORDERS)
  })
  const log = openLog(orders.settings)
  const ctx = createCtx({ ...orders, log })
  const gate = await openGate(orders.settings)
  // Ctrl-C reaches every process of a terminal; the first process decides and sends SIGTERM.
  process.on('SIGINT', () => undefined)
  const stopChores = startChores(ctx)
  stopOnSignals(log, ['SIGTERM'], async () => {
    await gate.close()
    await stopChores()
    await ctx.db.close()
  })
  gate.open(createDispatcher(ctx, openSite(ctx, Promise.resolve())))
}
