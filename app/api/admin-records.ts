import { jsonReply } from '../web/reply.ts'
import { listAudit as list } from '../services/audit/list-audit.ts'
import { readUsageAll } from '../services/api-keys/read-usage-all.ts'
import type { AdminHandler } from './access.ts'
import { readQuery } from './request.ts'
import { auditQuery, usageQuery } from './schemas/admin.ts'

/** `GET /v1/admin/usage` */
export const getUsageAll: AdminHandler = async (request, ctx) => {
  const read = readQuery(request, usageQuery)
  if (!read.ok) return read.reply
  const { from = null, to = null, after = null, limit } = read.value
  return jsonReply(200, await readUsageAll(ctx, { from, to, after, limit }))
}

/** `GET /v1/admin/audit` */
export const listAudit: AdminHandler = async (request, ctx) => {
  const read = readQuery(request, auditQuery)
  if (!read.ok) return read.reply
  const { after = null, limit } = read.value
  return jsonReply(200, await list(ctx, { after, limit }))
}
