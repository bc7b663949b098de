import type { OutboxEvents } from './delivery.ts'
import { quietly } from '../quietly.ts'

/** The events of one outbox. */
export interface Events {
  emit: <E extends keyof OutboxEvents>(event: E, ...values: Parameters<OutboxEvents[E]>) => void
  /** Adds a listener, and gives a function that removes the listener. */
  on: <E extends keyof OutboxEvents>(event: E, listener: OutboxEvents[E]) => () => void
}

/** A listener that throws stops neither the other listeners nor the outbox. */
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
