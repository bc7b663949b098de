import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { readReceiptNotes, searchReceipts } from '#app/services/receipts/search-receipts.ts'
import { parseReceiptId, receiptIdOf } from '#receipt/id.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createApiKey, createService, post, publishKey, type Service } from '../support/world.ts'

const ids: string[] = []

const { portal } = portalTest()
const service = given(() => createService(portal))
const other = given(() => createService(portal))
beforeAll(async () => {
  // Two signing keys and two issuers in turn, so that no list comes from one of them.
  const second = { ...service, signer: await publishKey(portal, service.slug) }
  const senders = [service, second, other]
  for (let n = 0; n < 12; n++) ids.unshift(await send(senders[n % 3]!, `text ${n}`, `job-${n}`))
})

async function send(by: Service, text: string, jti?: string, more: object = {}): Promise<string> {
  const jws = await signReceipt(by.signer, by.slug, text, jti === undefined ? {} : { jti })
  return (await post(portal, by.key.apiKey, jws, more)).body.receiptId
}

const EVERYTHING = {
  receiptId: null,
  text: '',
  issuer: null,
  kid: null,
  mode: null,
  from: null,
  to: null,
  after: null,
  limit: 50,
}
type Search = Partial<Parameters<typeof searchReceipts>[1]>
const search = (values: Search = {}) => searchReceipts(portal.ctx, { ...EVERYTHING, ...values })
const found = async (values: Search) => (await search(values)).items.map((one) => one.receiptId)

test('all receipts come newest first, each once, page by page, over all keys and issuers', async () => {
  const all = await search()
  expect(all.next).toBeNull()
  const times = all.items.map((one) => one.receivedAt)
  expect(times).toEqual([...times].sort().reverse())
  const paged: string[] = []
  for (let after: string | null = null, n = 0; n < 20; n++) {
    const page = await search({ after, limit: 5 })
    expect(page.items.length).toBeLessThanOrEqual(5)
    paged.push(...page.items.map((one) => one.receiptId))
    after = page.next
    if (after === null) break
  }
  expect(paged).toEqual(all.items.map((one) => one.receiptId))
  expect([...paged].sort()).toEqual([...ids].sort())
})

test('a page ends rightly among receipts of one millisecond', async () => {
  const { kid } = await publishKey(portal, service.slug)
  await portal.ctx.db.run(
    `insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, received_at)
      select substring(d from 1 for 20), d, $1, $2, $3, 'live', 'private', 'x', d, '2026-01-01T00:00:00.123Z'
        from (select sha256(('equal ' || n)::bytea) as d from generate_series(1, 7) n) s`,
    [service.slug, kid, service.key.id],
  )
  const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]
  const all = await found({ from, to })
  expect(all).toHaveLength(7)
  const first = await search({ from, to, limit: 3 })
  const second = await search({ from, to, limit: 3, after: first.next })
  const third = await search({ from, to, limit: 3, after: second.next })
  expect(third.next).toBeNull()
  const pages = [first, second, third].flatMap((page) => page.items)
  expect(pages.map((one) => one.receiptId)).toEqual(all)
  expect(pages[0]!.receivedAt).toBe('2026-01-01T00:00:00.123Z')
  // The beginning belongs to what is asked for, the end does not.
  const at = Date.parse(pages[0]!.receivedAt)
  expect(await found({ from: at, to: at + 1 })).toHaveLength(7)
  expect(await found({ from: at + 1, to })).toHaveLength(0)
  expect(await found({ from, to: at })).toHaveLength(0)
})

describe('a receipt is found', () => {
  test('by its id', async () => {
    expect(await found({ receiptId: ids[3]! })).toEqual([ids[3]])
    expect(await found({ receiptId: `rec_${'0'.repeat(32)}` })).toEqual([])
  })

  test('by its digest, in hex or base64url', async () => {
    const { digestHex } = (await readReceiptNotes(portal.ctx, ids[4]!))!
    const base64url = Buffer.from(digestHex, 'hex').toString('base64url')
    for (const text of [digestHex, digestHex.toUpperCase(), base64url, `${base64url}=`])
      expect(await found({ text })).toEqual([ids[4]])
    expect(Buffer.from(parseReceiptId(ids[4]!)!).toString('hex')).toBe(digestHex.slice(0, 40))
  })

  test('by the digest of its content only where that may be searched', async () => {
    const text = 'the same words'
    const digest = createHash('sha256').update(text).digest('hex')
    await send(service, text, 'hidden')
    await send(service, text, 'shown', { visibility: 'public', content: { text } })
    expect(await found({ text: digest })).toEqual([])
    const findable = await send(service, text, 'findable', { visibility: 'findable' })
    expect(await found({ text: digest })).toEqual([findable])
  })

  test('by its job, of every issuer or of one', async () => {
    const [mine, theirs] = [await send(service, 'a', 'shared'), await send(other, 'b', 'shared')]
    expect((await found({ text: 'shared' })).sort()).toEqual([mine, theirs].sort())
    expect(await found({ text: 'shared', issuer: other.slug })).toEqual([theirs])
    expect(await found({ text: 'Shared' })).toEqual([])
    expect(await found({ text: "shared' or true --" })).toEqual([])
  })

  test('by a job that looks like a digest', async () => {
    const jti = 'ab'.repeat(32)
    expect(await found({ text: jti })).toEqual([])
    const id = await send(service, 'c', jti)
    expect(await found({ text: jti })).toEqual([id])
  })

  test('by issuer and by mode', async () => {
    const key = await createApiKey(portal, service.slug, { mode: 'test' })
    const id = await send({ ...service, key }, 'only a test', 'test-1')
    expect(await found({ mode: 'test' })).toEqual([id])
    expect(await found({ mode: 'live' })).not.toContain(id)
    expect(await found({ mode: 'live', text: 'test-1' })).toEqual([])
    for (const one of (await search({ issuer: other.slug })).items)
      expect(one.issuer).toBe(other.slug)
    expect(await found({ issuer: 'nobody' })).toEqual([])
    expect(await found({ issuer: other.slug, receiptId: ids[11]! })).toEqual([])
  })
})

test('by the signing key that signed it, newest first, page by page', async () => {
  const signer = await publishKey(portal, service.slug)
  const signed: string[] = []
  for (const n of [1, 2, 3]) signed.unshift(await send({ ...service, signer }, `k ${n}`, `k-${n}`))
  expect(await found({ kid: signer.kid })).toEqual(signed)
  const first = await search({ kid: signer.kid, limit: 2 })
  expect(first.items.map((one) => one.receiptId)).toEqual(signed.slice(0, 2))
  expect(await found({ kid: signer.kid, after: first.next })).toEqual(signed.slice(2))
  expect(await found({ kid: signer.kid, text: 'k-2' })).toEqual([signed[1]])
  expect(await found({ kid: service.signer.kid, text: 'k-2' })).toEqual([])
  expect(await found({ kid: signer.kid, issuer: other.slug })).toEqual([])
  for (const kid of ['nothing', "' or true --", '\u0000']) expect(await found({ kid })).toEqual([])
})

test('what no receipt can be named by finds nothing, and is no error', async () => {
  for (const text of ['\u0000', 'x'.repeat(10_000), '%', '\ud800', '{}', "'"])
    expect(await found({ text })).toEqual([])
  for (const after of ['', 'x', '1.x', `999999999999999.rec_${'0'.repeat(32)}`])
    expect((await search({ after })).items.length).toBeGreaterThan(0)
  expect(await found({ from: Infinity })).toEqual([])
  expect(await found({ to: -1 })).toEqual([])
  expect(await readReceiptNotes(portal.ctx, 'nothing')).toBeNull()
})

test('its notes say who posted it and what became of it', async () => {
  const text = 'to be erased'
  const id = await send(service, text, 'noted', { visibility: 'public', content: { text } })
  expect(await readReceiptNotes(portal.ctx, id)).toMatchObject({
    issuer: service.slug,
    kid: service.signer.kid,
    mode: 'live',
    visibility: 'public',
    apiKey: service.key.id,
    apiKeyName: 'a service',
    jti: 'noted',
    contentBytes: 12,
    revokedAt: null,
    erasedAt: null,
    keyCutIt: false,
  })
  await portal.admin('DELETE', `/v1/admin/receipts/${id}/content`)
  await portal.admin('POST', `/v1/admin/receipts/${id}/revoke`, { reason: 'wrong' })
  expect(await readReceiptNotes(portal.ctx, id)).toMatchObject({
    contentBytes: null,
    revokedAt: expect.any(String) as string,
    erasedAt: expect.any(String) as string,
  })
})

test('13.7: a receipt whose content is not kept is not called public', async () => {
  const visibilityOf = async (id: string) => {
    const page = await searchReceipts(portal.ctx, { ...EVERYTHING, receiptId: id })
    const notes = await readReceiptNotes(portal.ctx, id)
    expect(page.items[0]!.visibility).toBe(notes!.visibility)
    return notes!.visibility
  }
  const text = 'shown for a while'
  const shown = await send(service, text, 'shown-1', { visibility: 'public', content: { text } })
  expect(await visibilityOf(shown)).toBe('public')
  await portal.admin('DELETE', `/v1/admin/receipts/${shown}/content`)
  expect(await visibilityOf(shown)).toBe('private')
  // Earlier portals took public receipts without content.
  const digest = createHash('sha256').update('an old receipt').digest()
  await portal.ctx.db.run(
    `insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
        received_at)
      select substring($1::bytea for 20), $1::bytea, issuer, kid, api_key, mode, 'public', jws,
        content_digest, received_at from receipts where jti = 'shown-1'`,
    [digest],
  )
  expect(await visibilityOf(receiptIdOf(digest))).toBe('private')
})

test('a receipt that was withdrawn with its key says so in the list', async () => {
  const signer = await publishKey(portal, service.slug)
  const before = await send({ ...service, signer }, 'before', 'cut-1')
  const keys = `/v1/admin/issuers/${service.slug}/signing-keys/${signer.kid}`
  await portal.admin('POST', `${keys}/revoke`, {
    reason: 'leaked',
    compromisedSince: new Date(Date.now() - 3_600_000).toISOString(),
  })
  const [record] = (await search({ receiptId: before })).items
  expect(record).toMatchObject({ keyCutIt: true, revokedAt: null })
})
