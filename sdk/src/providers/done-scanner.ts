import { concatBytes } from '../receipt/bytes.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** How an OpenAI-compatible stream says that nothing follows; both are in use. */
const MARKS = [bytesOf('data: [DONE]'), bytesOf('data:[DONE]')]
const LF = 10
const CR = 13
const NOTHING = new Uint8Array()

/**
 * Finds the line `data: [DONE]` in bytes that may be cut anywhere, and changes none of them. Only a
 * line's beginning that may still become that line is held back: eleven bytes at most.
 */
export function createDoneScanner(): {
  /** What may go on; `done` starts with the mark and has all that came after it. */
  push(bytes: Uint8Array): { before: Uint8Array; done: Uint8Array | null }
  /** What was still held back when the stream ended without that line. */
  rest(): Uint8Array
  /** Whether what went on ends where an event ends. */
  isBetweenEvents(): boolean
} {
  let held = NOTHING
  /** Of the line that what went on ends in. */
  let lineLength = 0
  let isAfterCr = false
  let isBlank = true

  function note(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const isEnd = byte === LF || byte === CR
      // Of CRLF the LF ends no further line.
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

/** Where the next line starts; the end of the bytes, if this one doesn't end in them. */
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
