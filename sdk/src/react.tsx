import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ReactElement } from 'react'
import { createChatReceiptStore, noChatReceipts } from './verify/chat-receipts.ts'
import type { ChatMessage, ChatReceipts } from './verify/chat-receipts.ts'
import type { CheckOptions, ReadReceipt } from './verify/check-receipt.ts'
import type { ReadOptions } from './verify/read-stream.ts'
import { badgeEnglish, wordsFor, type BadgeTexts } from './verify/receipt-words.ts'
import { createStreamStore, idleState } from './verify/stream-store.ts'
import type { StreamFetcher, StreamState } from './verify/stream-store.ts'

export type { ChatMessage, ChatReceipts } from './verify/chat-receipts.ts'
export type { ReadReceipt, ReceiptState } from './verify/check-receipt.ts'
export { badgeEnglish } from './verify/receipt-words.ts'
export type { BadgeTexts, BadgeWords } from './verify/receipt-words.ts'
export { StreamError } from './verify/stream-error.ts'
export type { StreamFetcher, StreamState, StreamStatus } from './verify/stream-store.ts'

/** Keeps what the latest render was given, for calls that are made later. */
function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value)
  useEffect(() => {
    latest.current = value
  })
  return latest
}

/** What `useReceiptStream` gives: the answer so far, and two functions for its buttons. */
export interface ReceiptStreamHook<I> extends StreamState {
  /** Begins an answer, and leaves one that is running. Resolves when it has ended; never rejects. */
  start: undefined extends I ? (input?: I) => Promise<void> : (input: I) => Promise<void>
  /** For the Stop button: the model stops, and what came so far has its receipt if it can. */
  stop: () => Promise<void>
}

/**
 * An answer as it comes in, and its receipt as this browser found it. `start` and `stop` stay the
 * same functions. Leaving the page, or the component, aborts the request, and with it the model.
 * A URL is fetched with what `start` is given as its `RequestInit`; a function makes the request.
 *
 * @example
 * const { text, status, receipt, start, stop } = useReceiptStream('/chat')
 * <button onClick={() => start({ method: 'POST', body: question })}>Ask</button>
 * <button onClick={stop} disabled={status !== 'streaming'}>Stop</button>
 * <p>{text}</p>
 * <ReceiptBadge receipt={receipt} />
 */
export function useReceiptStream(
  url: string | URL,
  options?: ReadOptions,
): ReceiptStreamHook<RequestInit | undefined>
export function useReceiptStream<I = undefined>(
  fetcher: StreamFetcher<I>,
  options?: ReadOptions,
): ReceiptStreamHook<I>
export function useReceiptStream<I>(
  source: string | URL | StreamFetcher<I>,
  options: ReadOptions = {},
): ReceiptStreamHook<I> {
  const [store] = useState(createStreamStore)
  const latest = useLatest({ source, options })
  const state = useSyncExternalStore(store.subscribe, store.get, idleState)
  useEffect(() => () => store.abandon(), [store])

  const start = useCallback(
    (input: I) => {
      const { source: from, options: given } = latest.current
      const fetcher: StreamFetcher<I> =
        typeof from === 'function'
          ? from
          : (init, signal) => fetch(from, { ...(init as RequestInit | undefined), signal })
      return store.start(fetcher, input, given)
    },
    [store, latest],
  )
  const stop = useCallback(() => store.stop(), [store])
  return { ...state, start: start as ReceiptStreamHook<I>['start'], stop }
}

/**
 * The receipts of the AI SDK's `useChat`: those of the messages whose metadata, or whose parts'
 * provider metadata, name one under `counterfoil`. Each is checked against the text that is shown.
 *
 * @example
 * const { messages } = useChat()
 * const receipts = useChatReceipts(messages)
 * messages.map((message) => <ReceiptBadge receipt={receipts[message.id]} />)
 */
export function useChatReceipts(
  messages: readonly ChatMessage[],
  options: CheckOptions = {},
): ChatReceipts {
  const [store] = useState(createChatReceiptStore)
  const latest = useLatest(options)
  const receipts = useSyncExternalStore(store.subscribe, store.get, noChatReceipts)
  useEffect(() => store.follow(messages, latest.current), [store, messages, latest])
  useEffect(() => () => store.close(), [store])
  return receipts
}

/**
 * A receipt's state in words, with its verify link; said by screen readers when it changes. It has
 * no style of its own: `data-state` is there for yours. Keep it in the page from the start, so that
 * the first change is heard too.
 *
 * @example
 * <ReceiptBadge receipt={receipt} />
 */
export function ReceiptBadge(props: {
  receipt: ReadReceipt | null | undefined
  /** Another language, or other words. */
  words?: BadgeTexts
  className?: string
}): ReactElement {
  const { receipt, words = badgeEnglish, className } = props
  const { label, says } = wordsFor(receipt, words)
  const verifyUrl = receipt?.verifyUrl ?? null
  return (
    <span role="status" className={className} data-state={receipt?.state ?? 'awaited'}>
      {verifyUrl === null ? (
        label
      ) : (
        <a href={verifyUrl} target="_blank" rel="noopener noreferrer">
          {label}
        </a>
      )}
      {`. ${says}`}
    </span>
  )
}
