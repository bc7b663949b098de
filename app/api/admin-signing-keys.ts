import { jsonReply } from '../web/reply.ts'
import { publishKey } from '../services/issuers/publish-key.ts'
import { retireKey } from '../services/issuers/retire-key.ts'
import { revokeKey } from '../services/issuers/revoke-key.ts'
import { type AdminHandler, answer } from './access.ts'
import { readJson, readOptionalJson } from './request.ts'
import { keyRevocation, newSigningKey, retirement } from './schemas/admin.ts'

/** `POST /v1/admin/issuers/<slug>/signing-keys` */
export const postSigningKey: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, newSigningKey)
  if (!read.ok) return read.reply
  const { jwk, proof } = read.value
  const published = await publishKey(ctx, by, params.slug!, { jwk, proof })
  return answer(request, published, (key) => jsonReply(201, key))
}

/** `POST /v1/admin/issuers/<slug>/signing-keys/<kid>/retire` */
export const retireSigningKey: AdminHandler = async (request, ctx, params, by) => {
  const read = await readOptionalJson(request, retirement)
  if (!read.ok) return read.reply
  const { reason = null } = read.value
  const retired = await retireKey(ctx, by, { slug: params.slug!, kid: params.kid!, reason })
  return answer(request, retired, (key) => jsonReply(200, key))
}

/** `POST /v1/admin/issuers/<slug>/signing-keys/<kid>/revoke` */
export const revokeSigningKey: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, keyRevocation)
  if (!read.ok) return read.reply
  const { reason, compromisedSince } = read.value
  const revoked = await revokeKey(ctx, by, {
    slug: params.slug!,
    kid: params.kid!,
    reason,
    compromisedSince: compromisedSince === undefined ? null : new Date(compromisedSince),
  })
  return answer(request, revoked, (key) => jsonReply(200, key))
}
