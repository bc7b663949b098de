import { expect, test } from 'vitest'
import { countReceipts } from '#app/services/issuers/count-receipts.ts'
import { listHistory } from '#app/services/audit/list-history.ts'
import { findIssuerWithUse } from '#app/services/issuers/list-signing-keys.ts'
import { previewKeyChange } from '#app/services/issuers/preview-key-change.ts'
import { portalTest } from '../support/portal-test.ts'
import { createService, postText, publishKey, type Service } from '../support/world.ts'

const { portal, db } = portalTest()

const revoke = (service: Service, compromisedSince?: string) =>
  portal.admin(
    'POST',
    `/v1/admin/issuers/${service.slug}/signing-keys/${service.signer.kid}/revoke`,
    { reason: 'Lost', ...(compromisedSince === undefined ? {} : { compromisedSince }) },
  )

const receivedAt = async (receiptId: string): Promise<Date> =>
  new Date((await report(receiptId)).receivedAt)

const report = async (receiptId: string) =>
  (await portal.call<{ verdict: string; receivedAt: string }>('GET', `/v1/receipts/${receiptId}`))
    .body

test('the preview counts exactly the receipts that the revocation then withdraws', async () => {
  const service = await createService(portal)
  const ids: string[] = []
  for (const text of ['a', 'b', 'c', 'd', 'e']) {
    ids.push(await postText(portal, service, text))
    await new Promise((resume) => setTimeout(resume, 3))
  }
  // The cut is the very moment of the third one: “at or after”.
  const cut = await receivedAt(ids[2]!)
  const preview = await previewKeyChange(portal.ctx, service.slug, service.signer.kid, cut)
  expect(preview).toMatchObject({
    before: { count: 2, isMore: false },
    after: { count: 3, isMore: false },
    isLastActive: true,
  })
  expect((await revoke(service, cut.toISOString())).status).toBe(200)
  const verdicts = await Promise.all(ids.map(async (id) => (await report(id)).verdict))
  expect(verdicts).toEqual([
    'valid-key-retired',
    'valid-key-retired',
    'revoked',
    'revoked',
    'revoked',
  ])
})

test('a cut at the moment of the act leaves every receipt as it is', async () => {
  const service = await createService(portal)
  const id = await postText(portal, service, 'before')
  const { kid } = service.signer
  const other = await publishKey(portal, service.slug)
  expect(await previewKeyChange(portal.ctx, service.slug, kid, null)).toMatchObject({
    before: { count: 1, isMore: false },
    after: { count: 0, isMore: false },
    isLastActive: false,
  })
  expect((await revoke(service)).status).toBe(200)
  expect((await report(id)).verdict).toBe('valid-key-retired')
  expect(await previewKeyChange(portal.ctx, service.slug, other.kid, null)).toMatchObject({
    isLastActive: true,
  })
  expect(await previewKeyChange(portal.ctx, 'nobody', kid, null)).toBeNull()
  expect(await previewKeyChange(portal.ctx, service.slug, 'x'.repeat(43), null)).toBeNull()
})

test('a key is next until its first receipt, and its history tells each change', async () => {
  const service = await createService(portal)
  const states = async () =>
    Object.fromEntries(
      (await findIssuerWithUse(portal.ctx, service.slug))!.keys.map((k) => [k.kid, k.shownState]),
    )
  const next = await publishKey(portal, service.slug)
  const { kid } = service.signer
  expect(await states()).toEqual({ [kid]: 'active', [next.kid]: 'active' })
  await postText(portal, service, 'first')
  expect(await states()).toEqual({ [kid]: 'active', [next.kid]: 'next' })
  await postText(portal, { ...service, signer: next }, 'second')
  expect(await states()).toEqual({ [kid]: 'active', [next.kid]: 'active' })
  expect((await revoke(service)).status).toBe(200)
  expect(await states()).toEqual({ [next.kid]: 'active', [kid]: 'revoked' })
  const history = await listHistory(portal.ctx, kid)
  expect(history.map((entry) => entry.action)).toEqual([
    'signing_key.revoke',
    'signing_key.publish',
  ])
  expect(history[0]).toMatchObject({
    actor: 'admin-token',
    before: { state: 'active' },
    after: { state: 'revoked', reason: 'Lost' },
  })
})

test('a count is exact up to its bound, and says when there is more', async () => {
  const kid = 'k'.repeat(43)
  await db.sql`
    insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, received_at)
      select substring(d from 1 for 20), d, 'many', ${kid}, 'key_00000000', 'live', 'private', 'x', d,
          timestamptz '2026-01-01' + n * interval '1 second'
        from (select sha256(n::text::bytea) as d, n from generate_series(1, 30000) n) s`
  await db.sql`vacuum analyze receipts`
  const count = (max?: number, since: Date | null = null) =>
    countReceipts(portal.ctx, [kid], { since, until: null }, max)
  expect(await count()).toEqual({ count: 30_000, isMore: false })
  expect(await count(30_000)).toEqual({ count: 30_000, isMore: false })
  expect(await count(29_999)).toEqual({ count: 29_999, isMore: true })
  expect(await count(undefined, new Date('2026-01-01T00:10:00Z'))).toEqual({
    count: 29_401,
    isMore: false,
  })
})
