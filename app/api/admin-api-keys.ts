import { jsonReply } from '../web/reply.ts'
import { createApiKey } from '../services/api-keys/create-api-key.ts'
import { listApiKeys as list } from '../services/api-keys/list-api-keys.ts'
import { revokeApiKey } from '../services/api-keys/revoke-api-key.ts'
import type { ApiKeyWithSecret } from '../services/api-keys/api-key-view.ts'
import type { ChangeApiKeyRefusal } from '../services/api-keys/change-api-key.ts'
import { rotateApiKey } from '../services/api-keys/rotate-api-key.ts'
import type { Outcome } from '../services/outcome.ts'
import { updateApiKey } from '../services/api-keys/update-api-key.ts'
import { type AdminHandler, answer, NO_CONTENT } from './access.ts'
import { readJson, readQuery } from './request.ts'
import { apiKeyChange, apiKeyQuery, newApiKey, rotation } from './schemas/admin.ts'

/** `POST /v1/admin/issuers/<slug>/api-keys`: only this answer and a rotation's hold the secret. */
export const postApiKey: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, newApiKey)
  if (!read.ok) return read.reply
  const { name, mode, cap, ratePerSecond = null, expiresAt = null, scopes } = read.value
  const created = await createApiKey(ctx, by, params.slug!, {
    name,
    mode,
    cap,
    ratePerSecond,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    scopes,
  })
  return answer(request, created, (key) => jsonReply(201, key))
}

/** `GET /v1/admin/api-keys` */
export const listApiKeys: AdminHandler = async (request, ctx) => {
  const read = readQuery(request, apiKeyQuery)
  if (!read.ok) return read.reply
  const { issuer = null, after = null, limit } = read.value
  return jsonReply(200, await list(ctx, { issuer, after, limit }))
}

/** `PATCH /v1/admin/api-keys/<id>` */
export const patchApiKey: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, apiKeyChange)
  if (!read.ok) return read.reply
  const changed = await updateApiKey(ctx, by, params.id!, read.value)
  return answer(request, changed, (key) => jsonReply(200, key))
}

type Rotated = Outcome<ApiKeyWithSecret, ChangeApiKeyRefusal>

/** `POST /v1/admin/api-keys/<id>/rotate` */
export const postRotation: AdminHandler = async (request, ctx, params, by) => {
  const read = await readJson(request, rotation)
  if (!read.ok) return read.reply
  const rotated = await rotateApiKey(ctx, by, params.id!, read.value)
  // Only a form, which says what its reader saw, is refused as too old.
  return answer(request, rotated as Rotated, (key) => jsonReply(200, key))
}

/** `DELETE /v1/admin/api-keys/<id>`: deleting twice is the same as once. */
export const deleteApiKey: AdminHandler = async (request, ctx, params, by) => {
  const revoked = await revokeApiKey(ctx, by, params.id!)
  if (!revoked.ok && revoked.code === 'already_revoked') return NO_CONTENT
  return answer(request, revoked, () => NO_CONTENT)
}
