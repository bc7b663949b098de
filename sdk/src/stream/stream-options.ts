import type { Counterfoil } from '../counterfoil.ts'
import type { Receipted, TapOptions } from './tap.ts'

/** The details of the receipt, and the way the answer is sent. Times are in milliseconds. */
export interface ReceiptStreamOptions<T = unknown> extends TapOptions {
  /** Gives a chunk's text for the reader; by default the chunk's shape tells where its text is. */
  text?: ((chunk: T) => string | null | undefined) | undefined
  /** Stops the answer as a reader's Stop does; usually the signal of the request. */
  signal?: AbortSignal | undefined
  /** Reserves a place under the API key's cap before the model call; false by default. */
  reserve?: boolean | undefined
  /** After this time the answer goes on without a place; 2,000 by default. */
  reserveMsMax?: number | undefined
  /**
   * For a full cap: `continue` (the default) answers without a receipt, and the last event says so;
   * `refuse` answers 402 without a model call.
   */
  onCapExceeded?: 'refuse' | 'continue' | undefined
  /** After this silence a comment is sent, so that no proxy hangs up; 15,000 by default. */
  keepAliveMs?: number | undefined
  /** Is called with the provider's error. A returned text is sent to the reader as `message`. */
  onProviderError?: ((error: unknown) => unknown) | undefined
  /** Further headers of the answer; they replace headers of the same name. */
  headers?: Record<string, string> | undefined
}

/** Server-sent events as bytes, with a promise of the receipt. `stopStream` takes `streamId`. */
export type ReceiptStream = ReadableStream<Uint8Array> & Receipted & { streamId: string }

/** The members of a Counterfoil that `receiptStream` uses. */
export type StreamSigner = Pick<Counterfoil, 'follow' | 'reserve' | 'release'>
