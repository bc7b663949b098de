import { concatBytes } from '../receipt/bytes.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** Both spellings of the last line of an OpenAI-compatible stream. */
const MARKS = [bytesOf('data: [DONE]'), bytesOf('data:[DONE]')]
const LF = 10
const CR = 13
const NOTHING = new Uint8Array()

/**
 * Finds the line `data: [DONE]` in bytes that may be cut anywhere, and changes no byte. Only the
 * beginning of a possible `[DONE]` line is held back: eleven bytes at most.
 */
export function createDoneScanner(): {
  /** `before` may go on; `done` starts with the mark and holds all bytes after it. */
  push(bytes: Uint8Array): { before: Uint8Array; done: Uint8Array | null }
  /** The held-back bytes of a stream that ended without that line. */
  rest(): Uint8Array
  /** Whether the bytes so far end with the end of an event. */
  isBetweenEvents(): boolean
} {
  let held = NOTHING
  /** The length of the current line so far. */
  let lineLength = 0
  let isAfterCr = false
  let isBlank = true

  function note(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const isEnd = byte === LF || byte === CR
      // The LF of a CRLF ends no further line.
      if (isEnd && !(byte === LF && isAfterCr)) isBlank = lineLength === 0
      lineLength = isEnd ? 0 : lineLength + 1
      isAfterCr = byte === CR
    }
  }

  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : concatBytes(held, bytes)
      held = NOTHING
      let at = lineLength === 0 ? 0 : afterLine(all, 0)
      while (at < all.length) {
        const found = matchMark(all, at)
        if (found !== 'no') {
          const before = all.subarray(0, at)
          note(before)
          if (found === 'yes') return { before, done: all.subarray(at) }
          held = all.slice(at)
          return { before, done: null }
        }
        at = afterLine(all, at)
      }
      note(all)
      return { before: all, done: null }
    },
    rest: () => held,
    isBetweenEvents: () => lineLength === 0 && isBlank,
  }
}

/** The start of the next line, or the end of the bytes. */
function afterLine(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++)
    if (bytes[at] === LF || bytes[at] === CR) return at + 1
  return bytes.length
}

function matchMark(bytes: Uint8Array, at: number): 'yes' | 'maybe' | 'no' {
  for (const mark of MARKS) {
    const there = bytes.subarray(at, at + mark.length)
    if (there.every((byte, i) => byte === mark[i]))
      return there.length === mark.length ? 'yes' : 'maybe'
  }
  return 'no'
}
