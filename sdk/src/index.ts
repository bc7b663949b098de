export { createCounterfoil } from './sign/create-counterfoil.ts'
export type { Counterfoil, CounterfoilOptions, SignInput, Tap } from './counterfoil.ts'
export type {
  Delivery,
  FlushResult,
  OutboxEvents,
  OutboxItem,
  OutboxStore,
} from './outbox/delivery.ts'
export type { Ending, LateDetails, ReceiptDetails, Recording, SignedReceipt } from './details.ts'
export { CounterfoilError } from './errors.ts'
export type { CounterfoilErrorCode, Problem } from './errors.ts'
export type { BatchItem, Reservation, Usage } from './portal/portal.ts'
export { proveKey } from './sign/prove-key.ts'
export type { KeyProof, ProveKeyOptions } from './sign/prove-key.ts'
export { readCryptoKey } from './sign/crypto-key.ts'
export type { KeyObjectLike, PrivateJwk, RemoteSigner, SigningKey } from './sign/signing-key.ts'
export type { Cut, Ended, Follower, Reader, Receipted, TapOptions } from './stream/tap.ts'
export type { CheckedReceipt, VerifyOptions } from './verify/verify-receipt.ts'
export type { Check, ReceiptClaims, Report, Verdict } from './receipt/report.ts'
