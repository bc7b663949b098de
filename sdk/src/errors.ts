/**
 * Everything that can go wrong, as codes that stay: programs branch on them, people read `message`.
 *
 * - `invalid_option`: an option is missing or can't be used; the message names it.
 * - `invalid_signing_key`: no usable Ed25519 private key, or a signer whose signature is not its key's.
 * - `signing_failed`: the signer threw, or gave no 64 bytes.
 * - `receipt_not_allowed`: the claims break a rule of the format (too long, too large); see `pointer`.
 * - `portal_unreachable`: no answer, or none that is the portal's.
 * - `portal_refused`: the portal answered with a problem; `problem` has it, with the portal's code.
 * - `cap_exceeded`: the API key's cap is used up; `resetsAt` says until when.
 * - `outbox_full`: more waits in memory than `waitingBytesMax` allows; this receipt was not kept.
 * - `outbox_in_use`: another process that is alive uses this outbox's file.
 * - `outbox_unusable`: the outbox's file can't be read or written.
 * - `content_not_sent`: the content is too large to be shown publicly; the receipt went without it.
 * - `tap_failed`: a chunk could not be read; the stream went on, and has no receipt.
 * - `closed`: after `close()`, or a piece that comes after its recording was finished.
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

/** A portal's refusal as RFC 9457 has it. Codes are the portal's; each has a page under `type`. */
export interface Problem {
  type?: string
  title?: string
  status: number
  detail?: string
  code: string
  /** `job_conflict`: the receipt that has the job. */
  receiptId?: string
  /** `cap_exceeded`: RFC 3339. */
  resetsAt?: string
}

/** Thrown by what is asked directly (`sign`, `reserve`, `receipts.get`); streams never throw one. */
export class CounterfoilError extends Error {
  override name = 'CounterfoilError'
  readonly code: CounterfoilErrorCode
  readonly problem: Problem | null
  /** Where in the receipt, for `receipt_not_allowed`: '/claims/meta/note'. */
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

/** Whatever was thrown, as one of ours. */
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

/** A portal's refusal as an error of ours. */
export const refusalOf = (problem: Problem): CounterfoilError =>
  new CounterfoilError(
    problem.code === 'cap_exceeded' ? 'cap_exceeded' : 'portal_refused',
    `The portal refused (${problem.status} ${problem.code}): ${problem.detail ?? ''}`.trim(),
    { problem },
  )

/** Why a signing key can't be used. Nothing of the key may be in `why`: errors are logged. */
export function refuseKey(why: string): never {
  throw new CounterfoilError('invalid_signing_key', `The signing key ${why}.`)
}
