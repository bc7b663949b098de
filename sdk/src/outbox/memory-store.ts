import type { OutboxStore } from './delivery.ts'

/** The outbox itself remembers what waits; a process that dies takes it along. */
export const createMemoryStore = (): OutboxStore => ({
  open: () => Promise.resolve([]),
  add: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  close: () => Promise.resolve(),
})
