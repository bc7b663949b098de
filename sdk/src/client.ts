import { checkReceipt, namedReceipt, noReceipt } from './verify/check-receipt.ts'
import type { CheckOptions, ReadReceipt } from './verify/check-receipt.ts'
import { createEventReader, type ReadEvent } from './verify/read-events.ts'
import { StreamError } from './verify/stream-error.ts'

export { checkReceipt } from './verify/check-receipt.ts'
export type { CheckOptions, ReadReceipt, ReceiptState } from './verify/check-receipt.ts'
export { StreamError } from './verify/stream-error.ts'
export type { StreamErrorCode } from './verify/stream-error.ts'

/** What `readReceiptStream` takes. */
export interface ReadOptions extends CheckOptions {
  /** Every piece, as it comes. With it the stream is read on its own, also if nobody iterates. */
  onText?: ((piece: string) => void) | undefined
  /** Every news of the receipt: `sent` first, then what the check found. Reads on its own, too. */
  onReceipt?: ((receipt: ReadReceipt) => void) | undefined
  /** Headers and the like for the request by which `stop` asks the service to stop. */
  stopRequest?: RequestInit | undefined
}

/** An answer as it comes in: its pieces of text, and at its end what became of the receipt. */
export interface ReceiptReader extends AsyncIterable<string> {
  /** All the text so far. */
  readonly text: string
  /**
   * What this side found out about the receipt, after the last piece. Never rejects. Whoever asks
   * for it before having read the pieces has them read, and kept for whoever iterates later.
   */
  readonly receipt: Promise<ReadReceipt>
  /**
   * Asks the service to stop and to send the receipt for what it has sent; hangs up if it doesn't
   * within three seconds, or can't. Resolves when the stream has ended.
   */
  stop(): Promise<void>
}

const STOP_MS_MAX = 3_000
const STREAM_HEADER = 'counterfoil-stream'

/**
 * Reads an answer's server-sent events, wherever its bytes are cut, and checks its receipt against
 * the text that really arrived: the receipt's id, digest and signature, not the service's word. It
 * reads this package's own events, and the streams of OpenAI's, Anthropic's and the AI SDK's form
 * with a receipt at their end.
 *
 * Iterating throws a `StreamError` where the answer did not come to its end.
 *
 * @example
 * const reader = readReceiptStream(await fetch('/chat', { method: 'POST', body }))
 * for await (const piece of reader) print(piece)
 * const { state, verifyUrl } = await reader.receipt
 */
export function readReceiptStream(response: Response, options: ReadOptions = {}): ReceiptReader {
  const events = createEventReader()
  const waiting: string[] = []
  let body: ReadableStreamDefaultReader<Uint8Array> | null = null
  let text = ''
  let named: ReadEvent['named']
  let error: StreamError | null = null
  let isOver = false
  let working: Promise<void> = Promise.resolve()
  let settle: (receipt: ReadReceipt | Promise<ReadReceipt>) => void
  const receipt = new Promise<ReadReceipt>((resolve) => (settle = resolve))
  let markEnd: () => void
  const ended = new Promise<void>((resolve) => (markEnd = resolve))

  /** One piece of the connection after the other, whoever asks. */
  const advance = (): Promise<void> => (working = working.then(readSome))

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
    waiting.push(event.text)
    attempt(() => options.onText?.(event.text))
  }

  function over(): void {
    if (isOver) return
    isOver = true
    markEnd()
    settle(check())
  }

  async function check(): Promise<ReadReceipt> {
    if (named === undefined || 'error' in named)
      return tell(
        noReceipt(named?.error ?? (error?.code === 'cap_exceeded' ? error.code : 'cut_off')),
      )
    const sent = namedReceipt(named, options.portal)
    if (sent.state === 'none') return tell(sent)
    tell(sent)
    return tell(await checkReceipt(named, text, options))
  }

  function tell(news: ReadReceipt): ReadReceipt {
    attempt(() => options.onReceipt?.(news))
    return news
  }

  async function drain(): Promise<void> {
    while (!isOver) await advance()
  }

  async function hangUp(): Promise<void> {
    // What arrived is all that was seen: a read that is under way must bring nothing more.
    over()
    await (body ?? response.body)?.cancel().catch(() => undefined)
  }

  if (options.onText !== undefined || options.onReceipt !== undefined) void drain()

  return {
    get text() {
      return text
    },
    get receipt() {
      void drain()
      return receipt
    },
    async stop() {
      if (isOver) return
      if (await askToStop(response, options)) {
        void drain()
        await Promise.race([ended, new Promise((late) => setTimeout(late, STOP_MS_MAX))])
      }
      await hangUp()
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (waiting.length === 0 && !isOver) await advance()
        const value = waiting.shift()
        if (value !== undefined) return { done: false, value }
        if (error !== null) throw error
        return { done: true, value: undefined }
      },
      async return() {
        await hangUp()
        return { done: true, value: undefined }
      },
    }),
  }
}

/** A listener's fault is not the stream's. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // Theirs.
  }
}

async function openBody(response: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { status } = response
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) {
    const problem = await response.text().catch(() => '')
    const isCap = status === 402 && problem.includes('"cap_exceeded"')
    if (isCap) throw new StreamError('cap_exceeded', 'No further receipts at present.', { status })
    throw new StreamError('http_error', `The service answered ${status}.`, { status })
  }
  if (!type.toLowerCase().startsWith('text/event-stream') || response.body === null) {
    await response.body?.cancel()
    throw new StreamError('not_a_stream', `The answer is no event stream: ${type}`, { status })
  }
  return response.body.getReader()
}

/** False where the service runs no such stream, or can't be asked: then hanging up has to do. */
async function askToStop(response: Response, options: ReadOptions): Promise<boolean> {
  const streamId = response.headers.get(STREAM_HEADER)
  if (streamId === null || response.url === '') return false
  const { headers, ...more } = options.stopRequest ?? {}
  const all = new Headers(headers)
  all.set(STREAM_HEADER, streamId)
  try {
    const send = options.fetch ?? ((...given: Parameters<typeof fetch>) => fetch(...given))
    const signal = AbortSignal.timeout(STOP_MS_MAX)
    const answer = await send(response.url, { signal, ...more, method: 'DELETE', headers: all })
    return answer.ok
  } catch {
    return false
  }
}

const asStreamError = (thrown: unknown): StreamError =>
  thrown instanceof StreamError
    ? thrown
    : new StreamError('connection_lost', 'The connection broke off.', { cause: thrown })
