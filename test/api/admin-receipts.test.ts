import { beforeEach, describe, expect, test } from 'vitest'
import { portalTest } from '../support/portal-test.ts'
import { startPortal } from '../support/portal.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post, postText, type Service } from '../support/world.ts'

let service: Service
const { portal, db } = portalTest()
beforeEach(async () => {
  service = await createService(portal)
})

interface Report {
  verdict: string
  contentAvailable: boolean
  revocation: { reason: string; revokedAt: string } | null
  checks: { check: string; code: string }[]
}
const report = async (id: string) => (await portal.call<Report>('GET', `/v1/receipts/${id}`)).body
const revoke = (id: string, body: object) =>
  portal.admin('POST', `/v1/admin/receipts/${id}/revoke`, body)
const erase = (id: string) => portal.admin('DELETE', `/v1/admin/receipts/${id}/content`)
const NOBODY = `rec_${'0'.repeat(32)}`

describe('receipt revocation', () => {
  test('is in the next report, with its reason and its time', async () => {
    const id = await postText(portal, service, 'hello')
    expect((await report(id)).verdict).toBe('valid')
    const revoked = await revoke(id, { reason: 'Sent to the wrong customer' })
    expect(revoked.status).toBe(200)
    expect(revoked.body).toMatchObject({ receiptId: id, reason: 'Sent to the wrong customer' })
    expect(await report(id)).toMatchObject({
      verdict: 'revoked',
      revocation: { reason: 'Sent to the wrong customer', revokedAt: revoked.body.revokedAt },
    })
  })

  test('shows within two seconds in another process too', async () => {
    const other = await startPortal(db.connection)
    try {
      const id = await postText(portal, service, 'elsewhere')
      const path = `/v1/receipts/${id}`
      expect((await other.call<Report>('GET', path)).body.verdict).toBe('valid')
      await revoke(id, { reason: 'r' })
      other.advance(1_001)
      expect((await other.call<Report>('GET', path)).body.verdict).toBe('revoked')
    } finally {
      await other.stop()
    }
  })

  test('already_revoked: the first reason stays; of ten at once, one is 200', async () => {
    const id = await postText(portal, service, 'once')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => revoke(id, { reason: `reason ${i}` })),
    )
    const won = answers.filter((one) => one.status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter((one) => one.body.code === 'already_revoked')).toHaveLength(9)
    expect((await report(id)).revocation?.reason).toBe(won[0]!.body.reason)
  })

  test('not_found: an unknown id and a malformed one', async () => {
    for (const id of [NOBODY, 'rec_', '%00', NOBODY.toUpperCase()]) {
      const answer = await revoke(id, { reason: 'r' })
      expect([answer.status, answer.body.code], id).toEqual([404, 'not_found'])
    }
  })

  test('invalid_request: a revocation has a reason', async () => {
    const id = await postText(portal, service, 'reason')
    for (const body of [{}, { reason: '' }, { reason: 'a\u0000b' }, { reason: 'r'.repeat(501) }])
      expect((await revoke(id, body)).body.code).toBe('invalid_request')
    expect((await report(id)).verdict).toBe('valid')
  })
})

describe('content erasure', () => {
  const publish = async (text: string) => {
    const jws = await signReceipt(service.signer, service.slug, text)
    const more = { visibility: 'public', content: { text } }
    const { body } = await post(portal, service.key.apiKey, jws, more)
    return { id: body.receiptId, jws, more }
  }

  test('takes the text away at once and for good, and leaves the verdict', async () => {
    const { id, jws, more } = await publish('a text to forget')
    expect((await portal.call('GET', `/v1/receipts/${id}/content`)).text).toBe('a text to forget')
    expect(await report(id)).toMatchObject({ verdict: 'valid', contentAvailable: true })

    expect((await erase(id)).status).toBe(204)
    const gone = await portal.call('GET', `/v1/receipts/${id}/content`)
    expect([gone.status, gone.body.code]).toEqual([410, 'content_erased'])
    const after = await report(id)
    expect(after).toMatchObject({ verdict: 'valid', contentAvailable: false })
    expect(after.checks).toContainEqual(
      expect.objectContaining({ check: 'stored_content', code: 'content_erased' }),
    )
    const bundle = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    expect(bundle.body).not.toHaveProperty('content')

    // The same post again doesn't bring it back.
    const again = await post(portal, service.key.apiKey, jws, more)
    expect([again.status, again.body.receiptId]).toEqual([200, id])
    expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(410)
    const rows = await portal.ctx.db.run('select 1 from contents where receipt_id = $1::bytea', [
      await idBytes(id),
    ])
    expect(rows).toEqual([])
    expect((await portal.admin('GET', '/v1/admin/audit?limit=50')).text).not.toContain('to forget')
  })

  test('twice, or ten times at once, is the same as once', async () => {
    const { id } = await publish('again and again')
    const answers = await Promise.all(Array.from({ length: 10 }, () => erase(id)))
    expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 10 }, () => 204))
    const audit = await portal.admin<{ items: { subject: string; action: string }[] }>(
      'GET',
      '/v1/admin/audit?limit=200',
    )
    const entries = audit.body.items.filter((one) => one.subject === id)
    expect(entries.map((one) => one.action)).toEqual(['content.erase'])
  })

  test('not_found: where no content was kept there is none to erase, and no tombstone', async () => {
    const id = await postText(portal, service, 'private', { content: { text: 'private' } })
    for (const one of [id, NOBODY, 'x']) {
      const answer = await erase(one)
      expect([answer.status, answer.body.code], one).toEqual([404, 'not_found'])
    }
    expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(404)
  })
})

async function idBytes(id: string): Promise<string> {
  const { parseReceiptId } = await import('#receipt/id.ts')
  return `\\x${Buffer.from(parseReceiptId(id)!).toString('hex')}`
}
