/** Calls code that is not ours, such as a listener: its failure must not become the stream's. */
export function quietly(call: () => unknown): void {
  try {
    // An unhandled rejection would end the whole program later.
    Promise.resolve(call()).catch(() => undefined)
  } catch {
    // The failing code is the caller's own.
  }
}
