import type { Delivery } from './outbox/delivery.ts'

/** What a receipt says beside its content. All of it is optional. */
export interface ReceiptDetails {
  /** The model's name, at most 128 characters. */
  model?: string | undefined
  provider?: string | undefined
  /**
   * Your own stable id of the job (the claim `jti`), at most 128 characters: at most one receipt is
   * ever stored for it, so that a retry of the whole job can't leave two.
   */
  jobId?: string | undefined
  /** At most 32 names of 64 characters, with values of at most 512. */
  meta?: Record<string, string> | undefined
  /** The request, as you have it. Only a keyed digest of it is signed; `secret` opens it. */
  prompt?: string | Uint8Array | undefined
  /** A media type; `text/plain; charset=utf-8` by default, `application/json` for a message. */
  type?: string | undefined
  /** What the bytes are: `text` (what the user saw), `message`, `wire` or `file`. */
  subject?: 'text' | 'message' | 'wire' | 'file' | undefined
  /** `private` by default: the portal never sees the content. `public` sends and shows it. */
  visibility?: 'private' | 'public' | 'findable' | undefined
  /**
   * For content that could be guessed ("yes", a number): a keyed digest is signed instead of a plain
   * one, and its key travels in the link's fragment, which no server sees.
   */
  guessable?: boolean | undefined
  /** A place held by `reserve`. */
  reservation?: string | undefined
}

/** How it ended. `status` is `complete` by default. */
export interface Ending {
  status?: 'complete' | 'partial' | 'failed' | 'started' | undefined
  /** The provider's finish reason, or `aborted`; at most 64 characters. */
  end?: string | undefined
}

/** What became known only while it ran; it goes before what was said at the start. */
export interface LateDetails extends Pick<
  ReceiptDetails,
  'model' | 'provider' | 'jobId' | 'meta' | 'type' | 'subject'
> {
  /** How many pieces there were, where that is not how often `write` was called. */
  chunks?: number | undefined
}

/** A receipt that was signed and waits for the portal, or is there. */
export interface SignedReceipt {
  /** `rec_…`: known before any request was made. */
  receiptId: string
  /** Hand it to your user. With `guessable`, the key is in its fragment. */
  verifyUrl: string
  /** The compact JWS. */
  receipt: string
  /** 32 bytes, base64url; opens a keyed digest (`guessable`, `prompt`). Null: there is none. */
  secret: string | null
  /** What became of it at the portal. Never rejects. */
  delivery: Promise<Delivery>
}

/** Content that runs by: written piece by piece, signed when it has ended. */
export interface Recording {
  /** Bytes may be used for something else afterwards. Throws `closed` after `finish`. */
  write(piece: string | Uint8Array): void
  /** How many pieces there were. */
  readonly chunks: number
  /** Signs what was written. Throws a `CounterfoilError`; a second call gives the first one's. */
  finish(ending?: Ending, late?: LateDetails): Promise<SignedReceipt>
}
