interface Write<L> {
  line: L
  resolve: () => void
  reject: (error: unknown) => void
}

/** Lines on their way to a file. Lines that wait together share one write and one sync. */
export interface WriteQueue<L> {
  /** Resolves when `append` has taken the line. */
  write(line: L): Promise<void>
  /** Resolves when no line waits. */
  settled(): Promise<void>
}

export function createWriteQueue<L>(append: (lines: L[]) => Promise<void>): WriteQueue<L> {
  let queue: Write<L>[] = []
  let writing: Promise<void> | null = null

  async function drain(): Promise<void> {
    // One turn first, so that lines of the same moment share a sync.
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
