import type { Connection } from '#db/connection.ts'
import { borrowEmbedded } from '#db/embedded.server.ts'
import { migrate } from '#db/migrate.ts'
import { databaseError, StartError } from '#db/start-error.ts'
import { createCtx } from '../context.server.ts'
import { publicUrlOf, readSettings } from './env.server.ts'
import { openLog } from './log.server.ts'
import { openSecrets } from './secrets.server.ts'
import { recoverOwner } from '../services/people/invite-admin.ts'

/**
 * `npm run recover -- <name>`: a person with the server's shell lets an owner in again. The portal
 * may run meanwhile; with the embedded database, the running portal's database is used.
 */
export async function recover(name: string | undefined): Promise<void> {
  if (name === undefined || name.trim() === '')
    throw new StartError('Say who has lost their way in: npm run recover -- "their name".')
  const settings = readSettings()
  const secrets = await openSecrets(settings)
  const embedded =
    settings.DATABASE_URL === undefined ? await borrowEmbedded(settings.DATA_DIR) : null
  try {
    const connection: Connection = embedded?.connection ?? { url: settings.DATABASE_URL! }
    await migrate(connection).catch((error: unknown) => {
      throw embedded === null ? databaseError(error) : error
    })
    const ctx = createCtx({
      connection,
      config: {
        publicUrl: publicUrlOf(settings),
        adminToken: secrets.ADMIN_TOKEN,
        apiKeyPepper: secrets.API_KEY_PEPPER,
        sessionSecret: secrets.SESSION_SECRET,
        publicCostMsPerMinute: settings.PUBLIC_COST_MS_PER_MINUTE,
        requireSecondFactor: settings.REQUIRE_SECOND_FACTOR,
        trustedProxies: settings.TRUSTED_PROXIES,
      },
      log: openLog({ ...settings, LOG_LEVEL: 'silent' }),
    })
    const outcome = await recoverOwner(ctx, name).finally(() => ctx.db.close())
    if (!outcome.ok)
      throw new StartError(
        outcome.code === 'no_admins'
          ? 'Nobody has set up the console yet: start the portal, and it prints a link for that.'
          : `No owner is called “${name}”. The owners are: ${outcome.detail ?? ''}.`,
      )
    process.stdout.write(
      `\n  A way back in for ${name}   ${outcome.value}\n` +
        '  (valid for one hour, works once; it ends their sessions, password, passkeys and codes)\n\n',
    )
  } finally {
    await embedded?.stop()
  }
}
