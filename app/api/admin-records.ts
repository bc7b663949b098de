import { jsonReply } from '../http/reply.ts'
import { listAudit as list } from '../services/list-audit.ts'
import { readUsageAll } from '../services/read-usage-all.ts'
import { admin } from './admin.ts'
import { readQuery } from './request.ts'
import { auditQuery, usageQuery } from './schemas/admin.ts'

/** `GET /v1/admin/usage` */
export const getUsageAll = admin(async (request, ctx) => {
  const read = readQuery(request, usageQuery)
  if (!read.ok) return read.reply
  const { from = null, to = null, after = null, limit } = read.value
  return jsonReply(200, await readUsageAll(ctx, { from, to, after, limit }))
})

/** `GET /v1/admin/audit` */
export const listAudit = admin(async (request, ctx) => {
  const read = readQuery(request, auditQuery)
  if (!read.ok) return read.reply
  const { after = null, limit } = read.value
  return jsonReply(200, await list(ctx, { after, limit }))
})
