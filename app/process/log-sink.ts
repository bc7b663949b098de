import { Buffer } from 'node:buffer'

/** Where the lines of the log wait until they are written. */
export interface LogSink {
  write(line: string): void
  /** Writes at once what waits, for the last moment of a process. */
  flushSync(): void
}

/**
 * Writes a part of the bytes or all of them, without waiting for room, and says how many they were.
 * It fails where there is no room.
 */
export type Put = (bytes: Buffer, done: (error: Error | null, written: number) => void) => void

const PENDING_CHARACTERS_MAX = 1024 * 1024
const RETRY_MS = 1_000

/**
 * A log must neither end nor block the portal, so lines wait here while there is no room for them: a
 * full disk, or a pipe that nobody reads. Lines beyond the limit are dropped and counted, and the
 * count is said once there is room again.
 */
export function createLogSink(put: Put, charactersMax = PENDING_CHARACTERS_MAX): LogSink {
  let pending: string[] = []
  let characters = 0
  /** The bytes that are being written, or that had no room a moment ago. */
  let current: Buffer | null = null
  let state: 'idle' | 'planned' | 'writing' | 'waiting' = 'idle'
  let dropped = 0
  let reason = ''

  function attempt(): void {
    if (state === 'writing') return
    state = 'idle'
    const bytes = current ?? take()
    if (bytes === null) return
    state = 'writing'
    put(bytes, (error, written) => {
      current = written < bytes.length ? bytes.subarray(written) : null
      state = error === null ? 'idle' : 'waiting'
      if (error === null) {
        attempt()
        return
      }
      reason = 'code' in error ? String(error.code) : error.message
      setTimeout(attempt, RETRY_MS).unref()
    })
  }

  /** All that waits. The lines that were dropped are younger. */
  function take(): Buffer | null {
    if (dropped > 0) pending.push(sayDropped())
    if (pending.length === 0) return null
    const bytes = Buffer.from(pending.join(''))
    pending = []
    characters = 0
    return bytes
  }

  function sayDropped(): string {
    const msg = 'lines of this log were dropped, because there was no room for them'
    const said = { level: 40, time: Date.now(), dropped, reason, msg }
    dropped = 0
    return `${JSON.stringify(said)}\n`
  }

  return {
    write(line) {
      if (characters + line.length > charactersMax) {
        dropped++
        return
      }
      characters += line.length
      pending.push(line)
      if (state !== 'idle') return
      state = 'planned'
      // The lines of one turn of the event loop go out together.
      setImmediate(attempt)
    },
    flushSync: attempt,
  }
}
