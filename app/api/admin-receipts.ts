import { jsonReply } from '../web/reply.ts'
import { eraseContent } from '../services/receipts/erase-content.ts'
import { revokeReceipt } from '../services/receipts/revoke-receipt.ts'
import { type AdminHandler, answer, NO_CONTENT } from './access.ts'
import { readJson } from './request.ts'
import { receiptRevocation } from './schemas/admin.ts'

/** `POST /v1/admin/receipts/<id>/revoke` */
export const postReceiptRevocation: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, receiptRevocation)
  if (!read.ok) return read.reply
  const revoked = await revokeReceipt(ctx, by, params.id!, read.value.reason)
  return answer(request, revoked, (revocation) => jsonReply(200, revocation))
}

/** `DELETE /v1/admin/receipts/<id>/content`: deleting twice is the same as once. */
export const deleteContent: AdminHandler = async (request, ctx, params, by) =>
  answer(request, await eraseContent(ctx, by, params.id!), () => NO_CONTENT)
