/** Calls the caller's code, such as a listener: its failure must not break the stream. */
export function quietly(call: () => unknown): void {
  try {
    // An unhandled rejection would end the whole program later.
    Promise.resolve(call()).catch(() => undefined)
  } catch {
    // The failure belongs to the caller's code.
  }
}
