import type { Counterfoil } from '../counterfoil.ts'
import type { Receipted, TapOptions } from './tap.ts'

/** What a receipt says, and how its answer is sent. Times are in milliseconds. */
export interface ReceiptStreamOptions<T = unknown> extends TapOptions {
  /** The text that a chunk shows to the reader; by default it is found by the chunk's shape. */
  text?: ((chunk: T) => string | null | undefined) | undefined
  /** Stops the answer as a reader's Stop does: usually the request's own signal. */
  signal?: AbortSignal | undefined
  /** Asks for a place under the API key's cap before the model is called. */
  reserve?: boolean | undefined
  /** The answer goes on without a place after so many milliseconds; 2,000 by default. */
  reserveMsMax?: number | undefined
  /**
   * When the cap is used up: `continue` (the default) answers without a receipt and says so at the
   * end; `refuse` calls no model and answers 402.
   */
  onCapExceeded?: 'refuse' | 'continue' | undefined
  /** A comment is sent after so long a silence, so that no proxy hangs up; 15,000 by default. */
  keepAliveMs?: number | undefined
  /** The provider failed: for your log. A returned text is sent to the reader as `message`. */
  onProviderError?: ((error: unknown) => unknown) | undefined
  /** Further headers of the answer. */
  headers?: Record<string, string> | undefined
}

/** Server-sent events as bytes, with a promise of the receipt. `streamId` stops the stream. */
export type ReceiptStream = ReadableStream<Uint8Array> & Receipted & { streamId: string }

/** What `receiptStream` needs of a Counterfoil. */
export type StreamSigner = Pick<Counterfoil, 'follow' | 'reserve' | 'release'>
