import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { parseReceiptId } from '#receipt/id.ts'
import type { Report } from '#receipt/report.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { breakIn } from '../support/tamper.ts'
import { createService, postText, publishKey } from '../support/world.ts'

const { portal, db } = portalTest()
const intruder = given(() => breakIn(db.sql))
const service = given(() => createService(portal))

/** A public receipt with a key of its own, so that changing the key touches no other. */
async function postPublic(text: string): Promise<string> {
  const signer = await publishKey(portal, service.slug)
  return postText(portal, { ...service, signer }, text, {
    content: { text },
    visibility: 'public',
  })
}

async function readReport(id: string): Promise<Report> {
  portal.advance(1_001)
  const { body } = await portal.call<Report>('GET', `/v1/receipts/${id}`)
  const verified = await portal.call<Report>('POST', '/v1/verify', { body: { receiptId: id } })
  expect(verified.body).toEqual(body)
  return body
}

function expectInvalid(report: Report, code: string): void {
  expect(report).toMatchObject({
    verdict: 'invalid',
    receipt: null,
    issuer: null,
    signingKey: null,
    contentAvailable: false,
  })
  expect(report.checks.filter((one) => one.status === 'fail').map((one) => one.code)).toContain(
    code,
  )
}

describe('one bit changed in the database', () => {
  test('of the content: invalid, and the content is no longer given out', async () => {
    const text = 'The answer is forty-two.'
    const id = await postPublic(text)
    for (const bit of [0, 7, randomInt(8 * text.length), 8 * text.length - 1]) {
      expect((await readReport(id)).verdict).toBe('valid')
      await intruder.flipBit('content', id, bit)
      expectInvalid(await readReport(id), 'stored_content_altered')
      expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(404)
      const { body } = await portal.call('GET', `/v1/receipts/${id}/bundle`)
      expect(body).not.toHaveProperty('content')
      await intruder.flipBit('content', id, bit)
    }
    expect((await readReport(id)).verdict).toBe('valid')
  })

  test('of a content too large to be kept for a second: invalid at once', async () => {
    const text = 'long '.repeat(20_000)
    const id = await postPublic(text)
    expect((await readReport(id)).verdict).toBe('valid')
    await intruder.flipBit('content', id, 400_001)
    const { body } = await portal.call<Report>('GET', `/v1/receipts/${id}`)
    expectInvalid(body, 'stored_content_altered')
  })

  test('of the receipt, wherever it is: invalid', async () => {
    const id = await postPublic('a receipt to be changed')
    const { length } = await intruder.readReceipt(id)
    const places = [0, length >> 2, length >> 1, length - 1, randomInt(length), randomInt(length)]
    for (const place of places) {
      // The highest bit would make it another encoding, which a text column can't hold.
      const bit = 8 * place + randomInt(7)
      const original = await intruder.readReceipt(id)
      const isNul = original.charCodeAt(place) === 1 << (bit & 7)
      if (isNul) continue
      await intruder.flipBit('receipt', id, bit)
      const report = await readReport(id)
      expect(report).toMatchObject({ verdict: 'invalid', receipt: null, issuer: null })
      await intruder.replaceReceipt(id, original)
      expect((await readReport(id)).verdict).toBe('valid')
    }
  })

  test('of the public key: invalid, for every receipt it signed', async () => {
    const signer = await publishKey(portal, service.slug)
    const mine = { ...service, signer }
    const ids = [await postText(portal, mine, 'one'), await postText(portal, mine, 'two')]
    for (const bit of [0, 100, 255]) {
      for (const id of ids) expect((await readReport(id)).verdict).toBe('valid')
      await intruder.flipBit('publicKey', ids[0]!, bit)
      for (const id of ids) expectInvalid(await readReport(id), 'signature_bad')
      await intruder.flipBit('publicKey', ids[0]!, bit)
    }
  })
})

describe('two rows', () => {
  test('with their receipts swapped are both invalid', async () => {
    const ids = [await postPublic('the first'), await postPublic('the second')] as const
    const [first, second] = await Promise.all(ids.map((id) => intruder.readReceipt(id)))
    for (const id of ids) expect((await readReport(id)).verdict).toBe('valid')
    await intruder.replaceReceipt(ids[0], second!)
    await intruder.replaceReceipt(ids[1], first!)
    for (const id of ids) {
      const report = await readReport(id)
      expectInvalid(report, 'id_mismatch')
      // About the link that was asked for, not about the one it would fit.
      expect(report.receiptId).toBe(id)
      expect(report.links?.page).toMatch(new RegExp(`/r/${id}$`))
    }
  })

  test('of one key with their receipts swapped are both invalid, though each signature is good', async () => {
    const ids = [
      await postText(portal, service, 'the third'),
      await postText(portal, service, 'the fourth'),
    ] as const
    const [first, second] = await Promise.all(ids.map((id) => intruder.readReceipt(id)))
    await intruder.replaceReceipt(ids[0], second!)
    await intruder.replaceReceipt(ids[1], first!)
    for (const id of ids) {
      const report = await readReport(id)
      expectInvalid(report, 'id_mismatch')
      // About the link that was asked for, not about the one it would fit.
      expect(report.receiptId).toBe(id)
      expect(report.links?.page).toMatch(new RegExp(`/r/${id}$`))
    }
  })

  test('with their contents swapped are both invalid', async () => {
    const ids = [await postPublic('left'), await postPublic('right')] as const
    const [left, right] = ids.map((id) => Buffer.from(parseReceiptId(id)!))
    await intruder.sql`
      UPDATE contents c SET bytes = o.bytes FROM contents o
      WHERE c.receipt_id IN (${left!}, ${right!}) AND o.receipt_id IN (${left!}, ${right!})
        AND c.receipt_id <> o.receipt_id`
    for (const id of ids) expectInvalid(await readReport(id), 'stored_content_altered')
  })

  test('a stored receipt put back by hand cannot be changed while the trigger stands', async () => {
    const id = await postText(portal, service, 'append only')
    const bytes = Buffer.from(parseReceiptId(id)!)
    await expect(
      intruder.sql`UPDATE receipts SET jws = 'x' WHERE id = ${bytes}`,
    ).rejects.toMatchObject({ code: '23001' })
  })
})

describe('a revocation', () => {
  const verdictOf = async (id: string) =>
    (await portal.call<Report>('GET', `/v1/receipts/${id}`)).body.verdict

  test('by this process is seen by the very next request', async () => {
    const id = await postText(portal, service, 'withdrawn here')
    expect(await verdictOf(id)).toBe('valid')
    await portal.admin('POST', `/v1/admin/receipts/${id}/revoke`, { reason: 'a mistake' })
    expect(await verdictOf(id)).toBe('revoked')
  })

  test('of a key by this process is seen by the very next request', async () => {
    const signer = await publishKey(portal, service.slug)
    const id = await postText(portal, { ...service, signer }, 'key withdrawn here')
    expect(await verdictOf(id)).toBe('valid')
    await portal.admin(
      'POST',
      `/v1/admin/issuers/${service.slug}/signing-keys/${signer.kid}/revoke`,
      { reason: 'stolen', compromisedSince: '2020-01-01T00:00:00Z' },
    )
    expect(await verdictOf(id)).toBe('revoked')
  })

  test('by another process is seen within about a second, by the real clock', async () => {
    const id = await postText(portal, service, 'withdrawn elsewhere')
    expect(await verdictOf(id)).toBe('valid')
    await intruder.sql`
      INSERT INTO revocations (receipt_id, reason, revoked_at)
      VALUES (${Buffer.from(parseReceiptId(id)!)}, 'elsewhere', now())`
    const since = Date.now()
    while ((await verdictOf(id)) !== 'revoked' && Date.now() - since < 5_000) await wait(20)
    expect(Date.now() - since).toBeLessThan(1_500)
  })

  test('by another process of a key, the same', async () => {
    const signer = await publishKey(portal, service.slug)
    const id = await postText(portal, { ...service, signer }, 'key withdrawn elsewhere')
    expect(await verdictOf(id)).toBe('valid')
    await intruder.sql`
      UPDATE signing_keys SET state = 'revoked', revoked_at = now(), compromised_since = '2020-01-01'
      WHERE kid = ${signer.kid}`
    portal.advance(1_001)
    expect(await verdictOf(id)).toBe('revoked')
  })
})
