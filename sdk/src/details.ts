import type { Delivery } from './outbox/delivery.ts'

/** The details of a receipt beside its content. All are optional. */
export interface ReceiptDetails {
  /** The model's name, at most 128 characters. */
  model?: string | undefined
  /** The provider's name, at most 128 characters. */
  provider?: string | undefined
  /**
   * Your own stable id of the job (the claim `jti`), at most 128 characters. The portal stores at
   * most one receipt for a job, so that a retry of the whole job can't leave two.
   */
  jobId?: string | undefined
  /** At most 32 names of at most 64 characters, with values of at most 512 characters. */
  meta?: Record<string, string> | undefined
  /**
   * The request to the model. Only its keyed digest is signed, which the receipt's `secret` opens.
   */
  prompt?: string | Uint8Array | undefined
  /** A media type; `text/plain; charset=utf-8` by default, `application/json` for a message. */
  type?: string | undefined
  /**
   * The kind of the signed bytes: `text` (the text that the user saw, the default), `message` (the
   * JSON of `composeMessage`), `wire` (a response's bytes) or `file`.
   */
  subject?: 'text' | 'message' | 'wire' | 'file' | undefined
  /**
   * `private` by default: the portal never gets the content. `public`: the portal gets and shows
   * it; a guessable or too large content is not sent, and its receipt is private. `findable`:
   * readers can look the receipt up by the content's digest.
   */
  visibility?: 'private' | 'public' | 'findable' | undefined
  /**
   * For content that could be guessed ("yes", a number): a keyed digest is signed instead of a
   * plain one. Its key is in the link's fragment, which a browser sends to no server.
   */
  guessable?: boolean | undefined
  /** The id of a place under the cap, from `reserve`. */
  reservation?: string | undefined
}

/** How the answer ended. `status` is `complete` by default. */
export interface Ending {
  status?: 'complete' | 'partial' | 'failed' | 'started' | undefined
  /** The provider's finish reason, or `aborted`; at most 64 characters. */
  end?: string | undefined
}

/** Details that became known while the answer ran. They replace those given at the start. */
export interface LateDetails extends Pick<
  ReceiptDetails,
  'model' | 'provider' | 'jobId' | 'meta' | 'type' | 'subject'
> {
  /** The number of pieces, if it differs from the number of calls of `write`. */
  chunks?: number | undefined
}

/** A signed receipt, which waits in the outbox or is stored by the portal. */
export interface SignedReceipt {
  /** `rec_` and 32 characters: the receipt's digest, known before any request. */
  receiptId: string
  /** The link for your user. With `guessable`, its fragment holds the digest's key. */
  verifyUrl: string
  /** The compact JWS. */
  receipt: string
  /** The key of the keyed digests (`guessable`, `prompt`): 32 bytes in base64url, else null. */
  secret: string | null
  /** The portal's decision on the receipt. Never rejects. */
  delivery: Promise<Delivery>
}

/** A recording of an answer: written piece by piece, signed when the answer has ended. */
export interface Recording {
  /**
   * Adds a piece. The caller may reuse its bytes afterwards. Throws `closed` after `finish`, and
   * `invalid_option` for anything but text and bytes.
   */
  write(piece: string | Uint8Array): void
  /** The number of pieces so far. */
  readonly chunks: number
  /**
   * Signs the written pieces. Rejects with a `CounterfoilError`. A second call gives the same
   * promise.
   */
  finish(ending?: Ending, late?: LateDetails): Promise<SignedReceipt>
}
