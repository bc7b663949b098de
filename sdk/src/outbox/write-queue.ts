interface Write<L> {
  line: L
  resolve: () => void
  reject: (error: unknown) => void
}

/** A queue of lines for a file. Lines that wait together share one write and one sync. */
export interface WriteQueue<L> {
  /** Resolves when `append` has taken the line. */
  write(line: L): Promise<void>
  /** Resolves when no line waits. */
  settled(): Promise<void>
}

/** `append` gets the waiting lines of one write, and is never called twice at the same time. */
export function createWriteQueue<L>(append: (lines: L[]) => Promise<void>): WriteQueue<L> {
  let queue: Write<L>[] = []
  let writing: Promise<void> | null = null

  async function drain(): Promise<void> {
    // Waiting one turn lets lines of the same moment share a sync.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        await append(batch.map(({ line }) => line))
        for (const one of batch) one.resolve()
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    writing = null
  }

  return {
    write: (line) =>
      new Promise((resolve, reject) => {
        queue.push({ line, resolve, reject })
        writing ??= drain()
      }),
    async settled() {
      while (writing !== null) await writing
    },
  }
}
