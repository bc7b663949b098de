import { encodeUtf8 } from '../receipt/bytes.ts'
import type { SignedReceipt } from '../details.ts'
import { createAnswerSource } from './answer-source.ts'
import type { StreamSource } from './open-source.ts'
import type { Place } from './reserve-place.ts'
import type { ReceiptStream, ReceiptStreamOptions, StreamSigner } from './stream-options.ts'
import { createTurns } from './turns.ts'

type Events = ReadableStreamDefaultController<Uint8Array>

const encodeEvent = (event: object): Uint8Array => encodeUtf8(`data: ${JSON.stringify(event)}\n\n`)

/** Sends an answer as server-sent events. `place` is null if no place was requested yet. */
export function startStream<T>(
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
  place: Place | null,
): ReceiptStream {
  const answer = createAnswerSource(counterfoil, source, options, place)
  const turns = createTurns(answer.read, stop, options)
  let isOver = false
  let settle: (receipt: Promise<SignedReceipt | null>) => void
  const receipt = new Promise<SignedReceipt | null>((resolve) => (settle = resolve))
  turns.start()

  function stop(): void {
    answer.abort()
    leave()
  }

  /** Settles the receipt. A later Stop finds no stream. */
  function leave(): void {
    turns.end()
    settle(answer.leave())
  }

  /** Sends the next event. False: the chunk held no text, and no event was sent. */
  async function step(events: Events): Promise<boolean> {
    const turn = await turns.next()
    if (isOver) return true
    if (turn.kind === 'quiet') {
      events.enqueue(encodeUtf8(': still here\n\n'))
      return true
    }
    if (turn.kind === 'stop') return finish(events)
    if (turn.text !== '') {
      answer.chunk(turn.text)
      events.enqueue(encodeEvent({ type: 'text', text: turn.text }))
    }
    if (turn.kind === 'text') return turn.text !== ''
    if (turn.kind === 'end') answer.end()
    else answer.fail()
    leave()
    if (turn.kind === 'fail')
      events.enqueue(encodeEvent({ type: 'error', message: messageFor(turn.error, options) }))
    return finish(events)
  }

  async function finish(events: Events): Promise<true> {
    if (answer.isCapped()) leave()
    const signed = await receipt
    if (isOver) return true
    isOver = true
    const told =
      signed === null
        ? { error: answer.isCapped() ? 'cap_exceeded' : 'not_signed' }
        : { receiptId: signed.receiptId, verifyUrl: signed.verifyUrl }
    events.enqueue(encodeEvent({ type: 'receipt', ...told }))
    events.close()
    return true
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(events) {
        while (!(await step(events)));
      },
      cancel() {
        turns.stop()
        isOver = true
      },
    },
    // Nothing is read ahead: each chunk is requested from the model when the reader requests it.
    { highWaterMark: 0 },
  )
  return Object.assign(stream, { receipt, streamId: turns.streamId })
}

/** A provider's error may hold a key or an address, so only the program's own text is sent. */
function messageFor<T>(error: unknown, options: ReceiptStreamOptions<T>): string | undefined {
  try {
    const message = options.onProviderError?.(error)
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
