import { describe, expect, test } from 'vitest'
import { recordChange } from '#app/services/audit/record-change.ts'
import { done } from '#app/services/outcome.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { ADMIN_TOKEN } from '../support/portal.ts'
import { makeSigner, signProof, signReceipt } from '../support/signing.ts'
import { createService, freshSlug, post, publishKey } from '../support/world.ts'

const { portal } = portalTest()
const service = given(() => createService(portal))

interface Entry {
  id: string
  at: string
  actor: string
  action: string
  subject: string
  requestId: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}
interface Page {
  items: Entry[]
  next: string | null
}
const readAudit = async (query = 'limit=200') =>
  (await portal.admin<Page>('GET', `/v1/admin/audit?${query}`)).body

async function postPublic(text: string): Promise<string> {
  const jws = await signReceipt(service.signer, service.slug, text)
  const more = { visibility: 'public', content: { text } }
  return (await post(portal, service.key.apiKey, jws, more)).body.receiptId
}

/** Each change that an admin can make: how it is asked for, and what is kept of it. */
const CHANGES: Record<
  string,
  () => Promise<{
    ask: [method: string, path: string, body?: unknown]
    subject?: string
    before: object | null
    after: object
  }>
> = {
  'issuer.create': () => {
    const slug = freshSlug()
    return Promise.resolve({
      ask: ['POST', '/v1/admin/issuers', { slug, name: 'Kestrel Audit' }],
      subject: slug,
      before: null,
      after: { slug, name: 'Kestrel Audit' },
    })
  },
  'issuer.update': () =>
    Promise.resolve({
      ask: [
        'PATCH',
        `/v1/admin/issuers/${service.slug}`,
        { name: 'Renamed', url: 'https://r.example' },
      ],
      subject: service.slug,
      before: { url: null },
      after: { name: 'Renamed', url: 'https://r.example/' },
    }),
  'signing_key.publish': async () => {
    const signer = await makeSigner()
    const proof = await signProof(signer, service.slug)
    return {
      ask: ['POST', `/v1/admin/issuers/${service.slug}/signing-keys`, { jwk: signer.jwk, proof }],
      subject: signer.kid,
      before: null,
      after: { kid: signer.kid, issuer: service.slug, state: 'active' },
    }
  },
  'signing_key.retire': async () => {
    const { kid } = await publishKey(portal, service.slug)
    return {
      ask: ['POST', `/v1/admin/issuers/${service.slug}/signing-keys/${kid}/retire`, {}],
      subject: kid,
      before: { state: 'active' },
      after: { state: 'retired' },
    }
  },
  'signing_key.revoke': async () => {
    const { kid } = await publishKey(portal, service.slug)
    return {
      ask: [
        'POST',
        `/v1/admin/issuers/${service.slug}/signing-keys/${kid}/revoke`,
        { reason: 'Leaked' },
      ],
      subject: kid,
      before: { state: 'active' },
      after: { state: 'revoked', reason: 'Leaked' },
    }
  },
  'api_key.create': () =>
    Promise.resolve({
      ask: [
        'POST',
        `/v1/admin/issuers/${service.slug}/api-keys`,
        { name: 'n', mode: 'live', cap: 5 },
      ],
      before: null,
      after: { name: 'n', cap: 5 },
    }),
  'api_key.update': () =>
    Promise.resolve({
      ask: ['PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap: 99 }],
      subject: service.key.id,
      before: { cap: null },
      after: { cap: 99 },
    }),
  'api_key.rotate': () =>
    Promise.resolve({
      ask: ['POST', `/v1/admin/api-keys/${service.key.id}/rotate`, { overlapHours: 1 }],
      subject: service.key.id,
      before: { previousExpiresAt: null },
      after: { previousExpiresAt: expect.any(String) as string },
    }),
  'receipt.revoke': async () => {
    const id = await postPublic('to be revoked')
    return {
      ask: ['POST', `/v1/admin/receipts/${id}/revoke`, { reason: 'Wrong' }],
      subject: id,
      before: null,
      after: { receiptId: id, reason: 'Wrong' },
    }
  },
  'content.erase': async () => {
    const id = await postPublic('to be erased')
    return {
      ask: ['DELETE', `/v1/admin/receipts/${id}/content`],
      subject: id,
      before: { receiptId: id, bytes: 12 },
      after: { receiptId: id },
    }
  },
  'api_key.revoke': () =>
    Promise.resolve({
      ask: ['DELETE', `/v1/admin/api-keys/${service.key.id}`],
      subject: service.key.id,
      before: { revokedAt: null },
      after: { revokedAt: expect.any(String) as string },
    }),
}

test.each(Object.keys(CHANGES))(
  '%s leaves one audit entry with before, after and request',
  async (action) => {
    const { ask, subject, before, after } = await CHANGES[action]!()
    const count = (await readAudit()).items.length
    const answer = await portal.admin(...ask)
    expect(answer.status, answer.text).toBeLessThan(300)
    const { items } = await readAudit()
    expect(items).toHaveLength(count + 1)
    const [entry] = items
    expect(entry).toMatchObject({
      actor: 'admin-token',
      action,
      subject: subject ?? (answer.body as { id: string }).id,
      requestId: answer.headers.get('x-request-id'),
      after,
    })
    if (before === null) expect(entry!.before).toBeNull()
    else expect(entry!.before).toMatchObject(before)
    expect(Math.abs(Date.parse(entry!.at) - Date.now())).toBeLessThan(60_000)
  },
)

test('no entry holds a secret, the hash of one, or the admin token', async () => {
  const rows = await portal.ctx.db.run<{ hex: string }>(
    `select encode(secret_hash, 'hex') as hex from api_keys union all
      select encode(previous_hash, 'hex') from api_keys where previous_hash is not null`,
    [],
  )
  const stored = await portal.ctx.db.run<{ text: string }>(
    'select to_jsonb(a)::text as text from audit_entries a',
    [],
  )
  const text = stored.map((row) => row.text).join('\n') + portal.logged()
  for (const { hex } of rows) {
    expect(text).not.toContain(hex)
    expect(text).not.toContain(Buffer.from(hex, 'hex').toString('base64').slice(0, 40))
  }
  expect(text).not.toMatch(/cfl_(live|test)_/)
  expect(text).not.toContain(ADMIN_TOKEN)
  expect(text).not.toContain('to be erased')
})

test('what changed nothing and what was refused leave no entry', async () => {
  const count = (await readAudit()).items.length
  await portal.admin('PATCH', `/v1/admin/issuers/${service.slug}`, {})
  await portal.admin('PATCH', `/v1/admin/issuers/${service.slug}`, { name: 'Renamed' })
  await portal.admin('POST', '/v1/admin/issuers', { slug: service.slug, name: 'Other' })
  await portal.admin('DELETE', `/v1/admin/api-keys/${service.key.id}`)
  await portal.admin('POST', `/v1/admin/receipts/rec_${'0'.repeat(32)}/revoke`, { reason: 'r' })
  expect((await readAudit()).items).toHaveLength(count)
})

test('a change whose entry can’t be written is not made', async () => {
  const slug = freshSlug()
  await portal.ctx.db.run(
    `create function refuse_entry() returns trigger language plpgsql as
      $$ begin raise exception 'no entries today'; end $$`,
    [],
  )
  await portal.ctx.db.run(
    'create trigger no_entries before insert on audit_entries execute function refuse_entry()',
    [],
  )
  try {
    const answer = await portal.admin('POST', '/v1/admin/issuers', { slug, name: 'Never Made' })
    expect([answer.status, answer.body.code]).toEqual([500, 'internal_error'])
  } finally {
    await portal.ctx.db.run('drop trigger no_entries on audit_entries', [])
  }
  expect((await portal.admin('GET', `/v1/admin/issuers/${slug}`)).status).toBe(404)
})

test('an entry whose change is not kept is not kept either', async () => {
  const count = (await readAudit()).items.length
  await portal.ctx.db.run(
    `create function refuse_commit() returns trigger language plpgsql as
      $$ begin raise exception 'not today'; end $$`,
    [],
  )
  await portal.ctx.db.run(
    `create constraint trigger no_issuers after insert on issuers deferrable initially deferred
      for each row execute function refuse_commit()`,
    [],
  )
  try {
    const body = { slug: freshSlug(), name: 'Gone At Commit' }
    expect((await portal.admin('POST', '/v1/admin/issuers', body)).status).toBe(500)
  } finally {
    await portal.ctx.db.run('drop trigger no_issuers on issuers', [])
  }
  expect((await readAudit()).items).toHaveLength(count)
})

test('pages hold every entry once, newest first', async () => {
  // Seven in one millisecond, so that a page ends among equals.
  await portal.ctx.db.run(
    `insert into audit_entries (id, at, actor, action, subject)
      select gen_random_uuid(), '2026-01-01T00:00:00Z', 'somebody', 'test', 'equal'
      from generate_series(1, 7)`,
    [],
  )
  const all = await readAudit()
  expect(all.items.filter((one) => one.subject === 'equal')).toHaveLength(7)
  const found: Entry[] = []
  let next: string | null = ''
  while (next !== null) {
    const page: Page = await readAudit(`limit=3${next === '' ? '' : `&after=${next}`}`)
    found.push(...page.items)
    next = page.next
  }
  expect(found).toEqual(all.items)
  const times = found.map((one) => Date.parse(one.at))
  expect(times).toEqual([...times].sort((a, b) => b - a))
  expect((await portal.admin('GET', '/v1/admin/audit?after=1.x')).status).toBe(400)
})

test('the audit names the actor that was handed over, whatever becomes of the object', async () => {
  const by = { actor: 'handed over', address: null, requestId: null }
  await recordChange<null, never>(portal.ctx, by, () => {
    by.actor = 'written over'
    const change = {
      action: 'webhook.test',
      subject: 'whk_actor',
      before: null,
      after: null,
    } as const
    return Promise.resolve({ result: done(null), change })
  })
  const { items } = await readAudit('limit=1')
  expect(items).toMatchObject([{ actor: 'handed over' }])
})

describe('the audit table', () => {
  test.each([
    ['update', `update audit_entries set actor = 'nobody'`],
    ['delete', 'delete from audit_entries'],
    ['truncate', 'truncate audit_entries'],
  ])('refuses %s by SQL', async (_what, statement) => {
    const count = (await readAudit()).items.length
    await expect(portal.ctx.db.run(statement, [])).rejects.toThrow('append-only')
    expect((await readAudit()).items).toHaveLength(count)
  })
})

test('a place beyond every calendar is refused, not an error', async () => {
  for (const time of ['999999999999999', '253402300800000']) {
    const after = `${time}.00000000-0000-0000-0000-000000000000`
    expect((await portal.admin('GET', `/v1/admin/audit?after=${after}`)).status).toBe(400)
  }
})
