/** One signing key's failures since the last alert about them. */
export interface FailureNote {
  issuer: string
  kid: string
  refusedPosts: number
  storedReceipts: Set<string>
}

/**
 * Notes about receipts that failed verification. Requests write them into memory and wait for
 * nothing; a chore takes them and raises alerts (tell-failures.ts).
 */
export interface FailureNotes {
  /** The portal refused a post: its signature is not by the published key that the receipt names. */
  notePost(issuer: string, kid: string): void
  /** A receipt stored here doesn't verify. */
  noteStored(issuer: string, kid: string, receiptId: string): void
  /** Takes all notes out. */
  take(): FailureNote[]
  /** Returns notes about which no alert could be raised. */
  putBack(notes: FailureNote[]): void
}

/** Bounds the memory that a sender of forgeries can fill; notes about further keys are dropped. */
const KEYS_MAX = 1_000
/** A reader needs examples, not all: an attacker who altered one receipt often altered many. */
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
