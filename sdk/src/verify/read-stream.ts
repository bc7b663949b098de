import type { CheckOptions, ReadReceipt } from './check-receipt.ts'
import { checkReceipt, namedReceipt, noReceipt } from './check-receipt.ts'
import { quietly } from '../quietly.ts'
import { createEventReader, type ReadEvent } from './read-events.ts'
import { asStreamError, askToStop, openBody, STOP_MS_MAX } from './stream-body.ts'
import { StreamError } from './stream-error.ts'
import { inTime } from '../timer.ts'

/** The options of `readReceiptStream`. */
export interface ReadOptions extends CheckOptions {
  /** Is called with each piece. The stream is then read even if the caller never iterates. */
  onText?: ((piece: string) => void) | undefined
  /**
   * Is called with the receipt, first as `sent`, then with the result of the check. The stream is
   * then read even if the caller never iterates.
   */
  onReceipt?: ((receipt: ReadReceipt) => void) | undefined
  /** Headers and other options of the request that `stop` sends. */
  stopRequest?: RequestInit | undefined
}

/** A running answer: the pieces of text, and the receipt at the end. */
export interface ReceiptReader extends AsyncIterable<string> {
  /** The whole text so far. */
  readonly text: string
  /**
   * The result of the check, after the last piece. Never rejects. Using it reads the stream; the
   * pieces are kept for a later iterator.
   */
  readonly receipt: Promise<ReadReceipt>
  /**
   * Asks the service to stop, and to send the receipt of the sent pieces. Hangs up if the service
   * can't stop, or doesn't within three seconds. Resolves when the stream has ended.
   */
  stop(): Promise<void>
}

/**
 * Reads an answer's server-sent events; chunks may end anywhere in an event. Checks the receipt's
 * id, digest and signature against the text that really arrived, because the service may be wrong.
 * Reads this package's own events, and streams of OpenAI's, Anthropic's and the AI SDK's form with
 * a receipt at their end.
 *
 * Iterating throws a `StreamError` if the answer did not come to its end.
 *
 * @example
 * const reader = readReceiptStream(await fetch('/chat', { method: 'POST', body }))
 * for await (const piece of reader) print(piece)
 * const { state, verifyUrl } = await reader.receipt
 */
export function readReceiptStream(response: Response, options: ReadOptions = {}): ReceiptReader {
  const incoming = receive(response, options)

  async function drain(): Promise<void> {
    while (!incoming.isOver()) await incoming.advance()
  }

  if (options.onText !== undefined || options.onReceipt !== undefined) void drain()

  return {
    get text() {
      return incoming.text()
    },
    get receipt() {
      void drain()
      return incoming.receipt
    },
    async stop() {
      if (incoming.isOver()) return
      if (await askToStop(response, options)) await inTime(drain(), STOP_MS_MAX, () => undefined)
      await incoming.hangUp()
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (incoming.pieces.length === 0 && !incoming.isOver()) await incoming.advance()
        const value = incoming.pieces.shift()
        if (value !== undefined) return { done: false, value }
        const error = incoming.error()
        if (error !== null) throw error
        return { done: true, value: undefined }
      },
      async return() {
        await incoming.hangUp()
        return { done: true, value: undefined }
      },
    }),
  }
}

/** The connection of one answer: read on demand, and checked at its end. */
function receive(response: Response, options: ReadOptions) {
  const events = createEventReader()
  const pieces: string[] = []
  let body: ReadableStreamDefaultReader<Uint8Array> | null = null
  let text = ''
  let named: ReadEvent['named']
  let error: StreamError | null = null
  let isOver = false
  let working: Promise<void> = Promise.resolve()
  let settle: (receipt: Promise<ReadReceipt>) => void
  const receipt = new Promise<ReadReceipt>((resolve) => (settle = resolve))

  async function readSome(): Promise<void> {
    if (isOver) return
    try {
      body ??= await openBody(response)
      const { done, value } = await body.read()
      if (done) over()
      else for (const event of events.feed(value)) take(event)
    } catch (thrown) {
      error ??= asStreamError(thrown)
      void body?.cancel().catch(() => undefined)
      over()
    }
  }

  function take(event: ReadEvent): void {
    if (event.failure !== undefined)
      error ??= new StreamError('provider_failed', event.failure || 'The answer broke off.')
    named = event.named ?? named
    if (event.text === '') return
    text += event.text
    pieces.push(event.text)
    quietly(() => options.onText?.(event.text))
  }

  function over(): void {
    if (isOver) return
    isOver = true
    const reason = error?.code === 'cap_exceeded' ? error.code : 'cut_off'
    settle(checkNamed(named ?? { error: reason }, text, options))
  }

  return {
    /** The pieces that no iterator has taken yet. */
    pieces,
    receipt,
    text: () => text,
    error: () => error,
    isOver: () => isOver,
    /** Reads one chunk; several callers read one after the other. */
    advance: () => (working = working.then(readSome)),
    async hangUp(): Promise<void> {
      // Ends the text first, so that a read under way adds nothing to it.
      over()
      await (body ?? response.body)?.cancel().catch(() => undefined)
    },
  }
}

/**
 * Checks the named receipt against the text that arrived, and calls `onReceipt` with each state.
 */
async function checkNamed(
  named: NonNullable<ReadEvent['named']>,
  text: string,
  options: ReadOptions,
): Promise<ReadReceipt> {
  const tell = (news: ReadReceipt): ReadReceipt => {
    quietly(() => options.onReceipt?.(news))
    return news
  }
  if ('error' in named) return tell(noReceipt(named.error))
  const sent = tell(namedReceipt(named, options.portal))
  return sent.state === 'none' ? sent : tell(await checkReceipt(named, text, options))
}
