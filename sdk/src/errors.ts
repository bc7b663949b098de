/**
 * The codes of all failures. A code never changes: programs branch on it, people read `message`.
 *
 * - `invalid_option`: an option is missing or can't be used; the message names it.
 * - `invalid_signing_key`: no usable Ed25519 private key, or a signature that `publicKey` does not
 *   verify.
 * - `signing_failed`: the signer threw, or did not give 64 bytes.
 * - `receipt_not_allowed`: the claims break a rule of the format (too long, too large); see
 *   `pointer`.
 * - `portal_unreachable`: no answer came, or an answer that is not a portal's.
 * - `portal_refused`: the portal answered with a problem document, which is in `problem`.
 * - `cap_exceeded`: the API key's cap is used up until `problem.resetsAt`.
 * - `outbox_full`: more bytes wait than `waitingBytesMax`; this receipt was not kept.
 * - `outbox_in_use`: another living process uses the outbox's file, or this one opened it twice.
 * - `outbox_unusable`: the outbox's file can't be read or written.
 * - `content_not_sent`: the content is too large to be shown publicly; the receipt is sent without
 *   it.
 * - `tap_failed`: a chunk could not be read, so the stream goes on without a receipt, or a hook
 *   failed.
 * - `closed`: the call came after `close()`, or the piece came after `finish()`.
 */
export type CounterfoilErrorCode =
  | 'invalid_option'
  | 'invalid_signing_key'
  | 'signing_failed'
  | 'receipt_not_allowed'
  | 'portal_unreachable'
  | 'portal_refused'
  | 'cap_exceeded'
  | 'outbox_full'
  | 'outbox_in_use'
  | 'outbox_unusable'
  | 'content_not_sent'
  | 'tap_failed'
  | 'closed'

/** A portal's refusal: a problem document (RFC 9457). `type` is the address of the code's page. */
export interface Problem {
  type?: string
  title?: string
  status: number
  detail?: string
  code: string
  /** For `job_conflict`: the id of the job's stored receipt. */
  receiptId?: string
  /** For `cap_exceeded`: the time when the cap has room again, in RFC 3339. */
  resetsAt?: string
}

/**
 * The one error class of this package. Direct calls throw it (`sign`, `reserve`, `receipts.get`);
 * streams never throw it, their failures go to `onError`.
 *
 * @example
 * try {
 *   await counterfoil.sign({ output: text })
 * } catch (error) {
 *   if (error instanceof CounterfoilError && error.code === 'outbox_full') …
 * }
 */
export class CounterfoilError extends Error {
  override name = 'CounterfoilError'
  readonly code: CounterfoilErrorCode
  /** The portal's refusal, for `portal_refused` and `cap_exceeded`; else null. */
  readonly problem: Problem | null
  /** For `receipt_not_allowed`: the place in the receipt, as `/claims/meta/note`; else null. */
  readonly pointer: string | null

  constructor(
    code: CounterfoilErrorCode,
    message: string,
    more: { cause?: unknown; problem?: Problem; pointer?: string } = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : {})
    this.code = code
    this.problem = more.problem ?? null
    this.pointer = more.pointer ?? null
  }
}

/** A thrown value as a `CounterfoilError`; a thrown `CounterfoilError` stays as it is. */
export const asError = (
  code: CounterfoilErrorCode,
  message: string,
  thrown: unknown,
): CounterfoilError =>
  thrown instanceof CounterfoilError
    ? thrown
    : new CounterfoilError(
        code,
        `${message}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        { cause: thrown },
      )

/** A portal's refusal as a `CounterfoilError`: `cap_exceeded` or `portal_refused`. */
export const refusalOf = (problem: Problem): CounterfoilError =>
  new CounterfoilError(
    problem.code === 'cap_exceeded' ? 'cap_exceeded' : 'portal_refused',
    `The portal refused (${problem.status} ${problem.code}): ${problem.detail ?? ''}`.trim(),
    { problem },
  )

/** Throws `invalid_signing_key`. `why` must hold no part of the key, because errors are logged. */
export function refuseKey(why: string): never {
  throw new CounterfoilError('invalid_signing_key', `The signing key ${why}.`)
}
