import { checkReceipt, namedReceipt } from './check-receipt.ts'
import { membersOf } from '../members.ts'
import type { CheckOptions, ReadReceipt } from './check-receipt.ts'

/** The members of the AI SDK's `UIMessage` that are used. */
export interface ChatMessage {
  readonly id: string
  readonly role: string
  readonly metadata?: unknown
  readonly parts: readonly { readonly type: string }[]
}

/** A receipt's id and verify link, as a message names them. */
export interface NamedReceipt {
  receiptId: string
  verifyUrl: string
}

/** Looks for `counterfoil` in a message's metadata, then in its parts' provider metadata. */
export function findNamed(message: ChatMessage): NamedReceipt | null {
  const places = [
    message.metadata,
    ...message.parts.map((part) => membersOf(part).providerMetadata).reverse(),
  ]
  for (const place of places) {
    const { receiptId, verifyUrl } = membersOf(membersOf(place).counterfoil)
    if (typeof receiptId === 'string' && typeof verifyUrl === 'string')
      return { receiptId, verifyUrl }
  }
  return null
}

/** The text of a message as a chat shows it: the text parts, without reasoning and tools. */
export const shownText = (message: ChatMessage): string =>
  message.parts.map((part) => (part.type === 'text' ? String(membersOf(part).text) : '')).join('')

/** The receipts of a chat's messages, by message id. */
export type ChatReceipts = Readonly<Record<string, ReadReceipt>>

/** The receipts of one chat, apart from any component. */
export interface ChatReceiptStore {
  get: () => ChatReceipts
  subscribe: (listener: () => void) => () => void
  /** Checks the receipts of new messages, and of messages whose text has changed. */
  follow(messages: readonly ChatMessage[], options: CheckOptions): void
  /** Ends all checks, and forgets which messages were checked. */
  close(): void
}

const NONE: ChatReceipts = {}

/** The receipts before the first check. */
export const noChatReceipts = (): ChatReceipts => NONE

/** Makes an empty store. */
export function createChatReceiptStore(): ChatReceiptStore {
  let receipts = NONE
  let gone = new AbortController()
  let checked = new Map<string, string>()
  const listeners = new Set<() => void>()

  function set(id: string, receipt: ReadReceipt): void {
    receipts = { ...receipts, [id]: receipt }
    for (const listener of listeners) listener()
  }

  async function check(message: ChatMessage, named: NamedReceipt, options: CheckOptions) {
    const { signal } = gone
    const text = shownText(message)
    const key = JSON.stringify([named, text])
    if (checked.get(message.id) === key) return
    checked.set(message.id, key)
    set(message.id, namedReceipt(named, options.portal))
    const receipt = await checkReceipt(named, text, { ...options, signal })
    if (!signal.aborted && checked.get(message.id) === key) set(message.id, receipt)
  }

  return {
    get: () => receipts,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow(messages, options) {
      for (const message of messages) {
        const named = message.role === 'assistant' ? findNamed(message) : null
        if (named !== null) void check(message, named, options)
      }
    },
    close() {
      gone.abort()
      gone = new AbortController()
      checked = new Map()
    },
  }
}
