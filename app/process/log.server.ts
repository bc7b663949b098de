import { constants, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import { folderError } from '#db/start-error.ts'
import type { Settings } from './env.server.ts'
import { createLogSink, type Put } from './log-sink.ts'

/** Logs to standard output in production, and to a file beside the embedded database. */
export function openLog(settings: Settings): Logger {
  const redact = ['req.headers.authorization', 'headers.authorization']
  const sink = createLogSink(
    settings.DATABASE_URL === undefined ? putFile(openFile(settings.DATA_DIR)) : putStdout(),
  )
  process.once('exit', () => sink.flushSync())
  return pino({ level: settings.LOG_LEVEL, redact, base: null }, sink)
}

function openFile(dataDir: string): number {
  try {
    mkdirSync(dataDir, { recursive: true })
    return openSync(join(dataDir, 'portal.log'), 'a', 0o600)
  } catch (error) {
    throw folderError(error, dataDir)
  }
}

const putFile =
  (descriptor: number): Put =>
  (bytes, done) => {
    let written = 0
    try {
      written = writeSync(descriptor, bytes)
    } catch (error) {
      done(error as Error, 0)
      return
    }
    done(null, written)
  }

/** Node writes to a pipe or a socket without waiting; a file and a terminal are written here. */
function putStdout(): Put {
  if (process.stdout.isTTY) return putFile(reopenTerminal())
  const kind = fstatSync(1)
  if (!kind.isFIFO() && !kind.isSocket()) return putFile(1)
  return (bytes, done) => {
    process.stdout.write(bytes, (error) => done(error ?? null, error ? 0 : bytes.length))
  }
}

/** A terminal that its reader has paused (Ctrl-S) would block the portal, if it were not opened so. */
function reopenTerminal(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync('/dev/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return 1
  }
}
