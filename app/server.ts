import type { Server } from 'node:http'
import { DatabaseUnavailable, type Connection } from '#db/connection.ts'
import { startEmbedded, type Embedded } from '#db/embedded.server.ts'
import { migrate } from '#db/migrate.ts'
import { findLackOfConnections } from '#db/connection-room.ts'
import { databaseError, StartError } from '#db/start-error.ts'
import { startChores } from './process/background.server.ts'
import type { Config, Ctx } from './context.ts'
import { createCtx } from './context.server.ts'
import { createDispatcher } from './web/dispatch.server.ts'
import { publicUrlOf, readSettings, warnOfMisspelt, type Settings } from './process/env.server.ts'
import { openGate } from './web/gate.ts'
import { createHttpServer, PATIENCE } from './web/node-server.ts'
import { openLog } from './process/log.server.ts'
import { openSite } from './web/site.server.ts'
import { openSecrets } from './process/secrets.server.ts'
import { inviteFirstOwner } from './services/people/invite-admin.ts'
import { respellIssuers } from './services/issuers/update-issuer.ts'
import { seedWorld } from './services/overview/seed-world.ts'
import { stopOnSignals } from './process/signals.server.ts'
import { printWelcome } from './process/welcome.server.ts'
import { forkWorkers, stopWorkers } from './process/workers.server.ts'

export { recover } from './process/recover.server.ts'
export { startWorker } from './process/workers.server.ts'

/** Everything above the socket: the API, the files and the pages. */
export function createPortal(ctx: Ctx, pages: Promise<void> = Promise.resolve()): Server {
  const dispatcher = createDispatcher(ctx, openSite(ctx, pages))
  return createHttpServer(dispatcher, PATIENCE, () => ctx.config.publicUrl)
}

/** The portal as one process, or as many that share its port. Errors a person can mend are StartErrors. */
export async function start(options: { pages?: Promise<void> | undefined } = {}): Promise<void> {
  const startedAt = performance.now()
  const settings = readSettings()
  const pages = options.pages ?? Promise.resolve()
  const secrets = await openSecrets(settings)
  const log = openLog(settings)
  // The port comes first, because a taken port ends the start.
  const urlAt = (port: number) => publicUrlOf({ ...settings, PORT: port })
  const gate = await openGate(settings, urlAt).catch((error: unknown) => {
    throw portError(error as NodeJS.ErrnoException, settings)
  })
  const publicUrl = urlAt(gate.port)
  const config: Config = {
    publicUrl,
    adminToken: secrets.ADMIN_TOKEN,
    apiKeyPepper: secrets.API_KEY_PEPPER,
    sessionSecret: secrets.SESSION_SECRET,
    publicCostMsPerMinute: settings.PUBLIC_COST_MS_PER_MINUTE,
    requireSecondFactor: settings.REQUIRE_SECOND_FACTOR,
    trustedProxies: settings.TRUSTED_PROXIES,
  }

  let embedded: Embedded | null = null
  let ctx: Ctx | null = null
  let stopChores: (() => Promise<void>) | null = null
  let isOpen = false
  const stop = stopOnSignals(log, ['SIGINT', 'SIGTERM'], async () => {
    await stopWorkers()
    await gate.close()
    await stopChores?.()
    await ctx?.db.close()
    await embedded?.stop()
    if (isOpen) process.stdout.write('\n  Stopped.\n')
  })
  try {
    if (settings.DATABASE_URL === undefined) {
      embedded = await startEmbedded({ dataDir: settings.DATA_DIR, log: (line) => log.info(line) })
    }
    const connection: Connection = embedded?.connection ?? { url: settings.DATABASE_URL! }
    await migrate(connection).catch((error: unknown) => {
      throw settings.DATABASE_URL === undefined ? error : databaseError(error)
    })
    const lack = await findLackOfConnections(connection, settings.WEB_CONCURRENCY)
    const warnings = [...warnOfMisspelt(), ...(lack === null ? [] : [lack])]
    for (const warning of warnings) log.warn(warning)
    ctx = createCtx({ connection, config, log })
    await respellIssuers(ctx)
    const firstSteps = embedded === null ? null : await seedWorld(ctx, settings.DATA_DIR)
    if (settings.WEB_CONCURRENCY === 1) {
      stopChores = startChores(ctx)
      gate.open(createDispatcher(ctx, openSite(ctx, pages)))
    } else {
      await pages
      await gate.close()
      // The gate knows by now which port PORT=0 became, and every worker takes that one.
      await forkWorkers({ ...settings, PORT: gate.port }, { connection, config })
    }
    const setupUrl = await inviteFirstOwner(ctx)
    await pages
    if (stop.isRunning()) return
    isOpen = true
    const ms = performance.now() - startedAt
    printWelcome({ settings, publicUrl, firstSteps, setupUrl, warnings, ms })
  } catch (error) {
    // A start that a signal interrupted reports no error, because the person stopped it.
    if (stop.isRunning()) return
    await stop.run()
    const isTheirs = settings.DATABASE_URL !== undefined && error instanceof DatabaseUnavailable
    throw isTheirs ? databaseError(error) : error
  }
}

function portError(
  error: NodeJS.ErrnoException,
  { HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>,
): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${PORT} is taken by another program: stop it, or choose another with PORT=${PORT + 1} npm start.`,
    )
  }
  if (error.code === 'EACCES')
    return new StartError(
      `Port ${PORT} needs more rights than this user has: choose one above 1023 with PORT.`,
    )
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new StartError(
      `HOST=${HOST} is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all.`,
    )
  }
  return error
}
