/**
 * Why an answer could not be read to its end, as codes that stay:
 *
 * - `cap_exceeded`: refused with 402 before it began;
 * - `http_error`: another status than 2xx; `status` has it;
 * - `not_a_stream`: the answer is no event stream;
 * - `provider_failed`: the service said in mid-stream that its model failed; what came before stays;
 * - `connection_lost`: the connection broke.
 */
export type StreamErrorCode =
  'cap_exceeded' | 'http_error' | 'not_a_stream' | 'provider_failed' | 'connection_lost'

/** Thrown by iterating an answer that did not come to its end. What came before was handed out. */
export class StreamError extends Error {
  override name = 'StreamError'
  readonly code: StreamErrorCode
  /** The HTTP status, where there was an answer. */
  readonly status: number | null

  constructor(
    code: StreamErrorCode,
    message: string,
    more: { status?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : {})
    this.code = code
    this.status = more.status ?? null
  }
}
