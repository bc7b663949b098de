/** One key's failures since they were last told. */
export interface FailureNote {
  issuer: string
  kid: string
  refusedPosts: number
  storedReceipts: Set<string>
}

/**
 * Where receipts that failed verification are noted while requests are answered: in memory, without
 * waiting for anything. A chore takes them and tells (tell-failures.ts).
 */
export interface FailureNotes {
  /** A post was refused: its signature is not by the issuer's published key that it names. */
  notePost(issuer: string, kid: string): void
  /** A receipt stored here doesn't verify. */
  noteStored(issuer: string, kid: string, receiptId: string): void
  /** Everything noted; it is forgotten here. */
  take(): FailureNote[]
  /** What was taken and could not be told. */
  putBack(notes: FailureNote[]): void
}

/** Who sends forgeries for more keys than this at once is told of for these. */
const KEYS_MAX = 1_000
/** A reader needs examples; whoever altered one receipt has often altered many. */
export const STORED_RECEIPTS_MAX = 10

export function createFailureNotes(): FailureNotes {
  let notes = new Map<string, FailureNote>()

  function add(issuer: string, kid: string, refusedPosts: number, receiptIds: Iterable<string>) {
    let note = notes.get(kid)
    if (note === undefined) {
      if (notes.size >= KEYS_MAX) return
      note = { issuer, kid, refusedPosts: 0, storedReceipts: new Set() }
      notes.set(kid, note)
    }
    note.refusedPosts += refusedPosts
    for (const id of receiptIds) {
      if (note.storedReceipts.size < STORED_RECEIPTS_MAX) note.storedReceipts.add(id)
    }
  }

  return {
    notePost: (issuer, kid) => add(issuer, kid, 1, []),
    noteStored: (issuer, kid, receiptId) => add(issuer, kid, 0, [receiptId]),
    take() {
      const taken = [...notes.values()]
      notes = new Map()
      return taken
    },
    putBack(taken) {
      for (const { issuer, kid, refusedPosts, storedReceipts } of taken)
        add(issuer, kid, refusedPosts, storedReceipts)
    },
  }
}
