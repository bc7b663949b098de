import type { OutboxStore } from './delivery.ts'

/** Keeps nothing: waiting receipts are in the outbox's memory, and lost with the process. */
export const createMemoryStore = (): OutboxStore => ({
  open: () => Promise.resolve([]),
  add: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  close: () => Promise.resolve(),
})
