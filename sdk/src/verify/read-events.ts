import { createParser } from 'eventsource-parser'
import { membersOf, type Members } from '../members.ts'
import { readPiece } from '../stream/pieces.ts'

/** One event, as far as a reader is concerned. */
export interface ReadEvent {
  text: string
  /** What the stream says of its receipt. */
  named?: { receiptId: string; verifyUrl: string } | { error: string }
  /** The service's words for a failure; may be empty. */
  failure?: string
}

/** An event's line may be this long: a service that never ends one must not fill the memory. */
const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024

/** Turns bytes, cut anywhere, into events. Throws what the parser finds unreadable. */
export function createEventReader(): { feed(bytes: Uint8Array): ReadEvent[] } {
  // Not fatal: what is not UTF-8 gives another text, and the receipt says so.
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
    // `[DONE]`, a ping: it shows nothing to anybody.
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
