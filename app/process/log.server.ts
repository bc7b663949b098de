import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import type { Settings } from './env.server.ts'

/** Logs to standard output in production, and to a file beside the embedded database. */
export function openLog(settings: Settings): Logger {
  const redact = ['req.headers.authorization', 'headers.authorization']
  const destination =
    settings.DATABASE_URL === undefined
      ? pino.destination({
          dest: join(settings.DATA_DIR, 'portal.log'),
          mkdir: true,
          sync: true,
          mode: 0o600,
        })
      : pino.destination({ dest: 1, sync: false })
  return pino({ level: settings.LOG_LEVEL, redact, base: null }, destination)
}
