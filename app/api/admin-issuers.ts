import { jsonReply } from '../web/reply.ts'
import { createIssuer } from '../services/issuers/create-issuer.ts'
import { findIssuer } from '../services/issuers/find-issuer.ts'
import { listIssuers as list } from '../services/issuers/list-issuers.ts'
import { updateIssuer } from '../services/issuers/update-issuer.ts'
import { type AdminHandler, answer } from './access.ts'
import { readJson, readQuery } from './request.ts'
import { refuse } from '../web/handler.ts'
import { issuerChange, issuerQuery, newIssuer } from './schemas/admin.ts'

/** `POST /v1/admin/issuers` */
export const postIssuer: AdminHandler = async (request, ctx, _params, by) => {
  const read = await readJson(request, newIssuer)
  if (!read.ok) return read.reply
  const { slug, name, url = null } = read.value
  const created = await createIssuer(ctx, by, { slug, name, url })
  return answer(request, created, (issuer) =>
    jsonReply(201, issuer, { location: `${ctx.config.publicUrl}/v1/admin/issuers/${slug}` }),
  )
}

/** `GET /v1/admin/issuers` */
export const listIssuers: AdminHandler = async (request, ctx) => {
  const read = readQuery(request, issuerQuery)
  if (!read.ok) return read.reply
  const { after = null, limit } = read.value
  return jsonReply(200, await list(ctx, { after, limit }))
}

/** `GET /v1/admin/issuers/<slug>` */
export const getIssuer: AdminHandler = async (request, ctx, params) => {
  const issuer = await findIssuer(ctx, params.slug!)
  return issuer === null ? refuse(request, 'not_found') : jsonReply(200, issuer)
}

/** `PATCH /v1/admin/issuers/<slug>` */
export const patchIssuer: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, issuerChange)
  if (!read.ok) return read.reply
  const changed = await updateIssuer(ctx, by, params.slug!, read.value)
  return answer(request, changed, (issuer) => jsonReply(200, issuer))
}
