export { verifyReceipt } from './verify/verify-receipt.ts'
export type { CheckedReceipt, VerifyOptions } from './verify/verify-receipt.ts'
export type { Check, ReceiptClaims, Report, Verdict } from './receipt/report.ts'
