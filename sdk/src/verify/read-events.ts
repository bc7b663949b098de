import { createParser } from 'eventsource-parser'
import { membersOf, type Members } from '../members.ts'
import { readPiece } from '../stream/pieces.ts'

/** The part of one event that concerns the reader. */
export interface ReadEvent {
  text: string
  /** The receipt that the event names, or the reason for its absence. */
  named?: { receiptId: string; verifyUrl: string } | { error: string }
  /** The service's message for a failure; may be empty. */
  failure?: string
}

/** The longest line of an event: a service that never ends a line must not fill the memory. */
const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024

/**
 * Makes a reader that turns bytes, cut anywhere, into events. `feed` throws for too long a line.
 */
export function createEventReader(): { feed(bytes: Uint8Array): ReadEvent[] } {
  // Not fatal: bytes that are not UTF-8 give another text, and the receipt's check shows it.
  const decoder = new TextDecoder()
  let events: ReadEvent[] = []
  const faults: Error[] = []
  const parser = createParser({
    maxBufferSize: EVENT_CHARACTERS_MAX,
    onEvent: ({ data }) => void events.push(readEvent(data)),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') faults.push(error)
    },
  })
  return {
    feed(bytes) {
      events = []
      parser.feed(decoder.decode(bytes, { stream: true }))
      if (faults[0] !== undefined) throw faults[0]
      return events
    },
  }
}

function readEvent(data: string): ReadEvent {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // `[DONE]` and pings show no text.
    return { text: '' }
  }
  const event = membersOf(value)
  if (event.type === 'receipt') return { text: '', named: readNamed(event) }
  const { text, failure } = readPiece(event)
  const named = event.counterfoil ?? membersOf(event.messageMetadata).counterfoil
  return {
    text,
    ...(named === undefined ? {} : { named: readNamed(membersOf(named)) }),
    ...(failure === undefined ? {} : { failure: readMessage(event, failure) }),
  }
}

const readNamed = ({ receiptId, verifyUrl, error }: Members): NonNullable<ReadEvent['named']> =>
  typeof receiptId === 'string' && typeof verifyUrl === 'string'
    ? { receiptId, verifyUrl }
    : { error: typeof error === 'string' ? error : 'not_signed' }

function readMessage(event: Members, failure: unknown): string {
  const message = event.message ?? membersOf(failure).message ?? failure
  return typeof message === 'string' ? message : ''
}
