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

interface WorkerOrders {
  connection: Connection
  config: Config
  settings: Settings
}

/** A worker that ended is replaced after this pause, so that a broken one can't loop at full speed. */
const RESTART_PAUSE_MS = 500
/** A worker that is still there so long after the port closed hangs. */
const WORKER_STOP_MS_MAX = 25_000
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

/**
 * Settles when all workers have ended: until then they need the database. The first process holds
 * the port and hands out its connections, so it closes the port before any worker closes: a
 * connection on its way to a closed worker would be reset. `disconnect` does both in this order.
 */
export async function stopWorkers(): Promise<void> {
  isStopping = true
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  const killAll = () => {
    for (const worker of workers) worker.process.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const force = setTimeout(killAll, WORKER_STOP_MS_MAX)
  const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
  for (const worker of workers) worker.disconnect()
  await Promise.all(ended.filter((_, i) => !workers[i]!.isDead()))
  clearTimeout(force)
}

/**
 * Starts one of several processes on one port; the first process sends its settings and secrets.
 * Signals of a terminal or a service manager reach every process, and the first one alone decides.
 */
export async function startWorker(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
  // Node closes the server when the first process disconnects, and lets go of the channel when the
  // last answer is out.
  let stop = () => Promise.resolve(0)
  process.once('disconnect', () => void stop().then((code) => process.exit(code)))
  const orders = await new Promise<WorkerOrders>((resolve) => {
    process.once('message', resolve)
    process.send!(ASKS_FOR_ORDERS)
  })
  const log = openLog(orders.settings)
  const ctx = createCtx({ ...orders, log })
  const stopChores = startChores(ctx)
  stop = async () => {
    try {
      await stopChores()
      await ctx.db.close()
      return 0
    } catch (error) {
      log.error({ err: error }, 'a process of the portal did not stop cleanly')
      return 1
    }
  }
  const gate = await openGate(orders.settings, () => orders.config.publicUrl)
  gate.open(createDispatcher(ctx, openSite(ctx, Promise.resolve())))
}
