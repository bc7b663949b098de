import type { OutboxEvents } from './delivery.ts'

export interface Events {
  emit: <E extends keyof OutboxEvents>(event: E, ...values: Parameters<OutboxEvents[E]>) => void
  /** Gives a function that ends it. */
  on: <E extends keyof OutboxEvents>(event: E, listener: OutboxEvents[E]) => () => void
}

/** Listeners that can't do harm: what one throws stops neither the others nor the outbox. */
export function createEvents(): Events {
  const listeners = new Map<keyof OutboxEvents, Set<(...values: never[]) => unknown>>()
  return {
    emit(event, ...values) {
      for (const listener of listeners.get(event) ?? []) {
        quietly(() => listener(...(values as unknown as never[])))
      }
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => set.delete(listener)
    },
  }
}

/** Calls what is not ours: its fault is not the stream's. */
export function quietly(call: () => unknown): void {
  try {
    const given = call()
    // What is async fails later, and would end the whole program then.
    if (given instanceof Promise) given.catch(() => undefined)
  } catch {
    // Nobody is left to tell.
  }
}
