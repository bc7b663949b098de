/**
 * The reasons why an answer was not read to its end. A code never changes:
 *
 * - `cap_exceeded`: the service refused the request with 402, for a full cap;
 * - `http_error`: the service answered with another status than 2xx, which is in `status`;
 * - `not_a_stream`: the response is not an event stream;
 * - `provider_failed`: the service reported in mid-stream that its model failed;
 * - `connection_lost`: the connection broke.
 */
export type StreamErrorCode =
  'cap_exceeded' | 'http_error' | 'not_a_stream' | 'provider_failed' | 'connection_lost'

/** Thrown by iterating an answer that did not come to its end, after all pieces that arrived. */
export class StreamError extends Error {
  override name = 'StreamError'
  readonly code: StreamErrorCode
  /** The HTTP status, if the response was refused or is not an event stream; else null. */
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
