import { createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { given, portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post } from '../support/world.ts'

const { portal, db } = portalTest()
const service = given(() => createService(portal))

let count = 0
const newText = () => `an answer, number ${++count}`
const sign = (text: string, claims: object = {}) =>
  signReceipt(service.signer, service.slug, text, claims)

/** Posts alone, then in a batch: both must say the same of the content. */
async function fateOf(receipt: string, more: object): Promise<unknown[]> {
  const { status, body } = await post(portal, service.key.apiKey, receipt, more)
  const { body: answer } = await portal.call<{ results: { result: { content: string } }[] }>(
    'POST',
    '/v1/receipts/batch',
    { token: service.key.apiKey, body: { receipts: [{ receipt, ...more }] } },
  )
  const content = (body as { content?: string }).content
  expect(answer.results[0]!.result.content).toBe(content)
  return [status, content]
}

test('13.7: the answer says what was done with the content', async () => {
  for (const [more, said] of [
    [() => ({}), 'none'],
    [(text: string) => ({ content: { text } }), 'checked'],
    [(text: string) => ({ content: { text }, visibility: 'private' }), 'checked'],
    [(text: string) => ({ content: { text }, visibility: 'findable' }), 'checked'],
    [() => ({ visibility: 'findable' }), 'none'],
    [(text: string) => ({ content: { text }, visibility: 'public' }), 'stored'],
  ] as const) {
    const text = newText()
    expect(await fateOf(await sign(text), more(text))).toEqual([201, said])
  }
})

test('13.7: a repeat is told what is kept now, whatever it brings', async () => {
  const text = newText()
  const [kept, unkept] = [await sign(text), await sign(text, { jti: 'unkept' })]
  const shown = { content: { text }, visibility: 'public' }
  const first = await post(portal, service.key.apiKey, kept, shown)
  await post(portal, service.key.apiKey, unkept)

  expect(await fateOf(kept, {})).toEqual([200, 'stored'])
  expect(await fateOf(kept, { content: { text: 'another' } })).toEqual([200, 'stored'])
  expect(await fateOf(unkept, {})).toEqual([200, 'none'])
  expect(await fateOf(unkept, shown)).toEqual([200, 'checked'])
  expect(await fateOf(unkept, { ...shown, content: { text: 'another' } })).toEqual([200, 'none'])

  await portal.admin('DELETE', `/v1/admin/receipts/${first.body.receiptId}/content`)
  expect(await fateOf(kept, {})).toEqual([200, 'none'])
  expect(await fateOf(kept, shown)).toEqual([200, 'checked'])
})

test('13.7: a receipt twice in one batch: the second is told what the first one stored', async () => {
  const text = newText()
  const receipt = await sign(text)
  const { body } = await portal.call<{ results: { status: number; result: object }[] }>(
    'POST',
    '/v1/receipts/batch',
    {
      token: service.key.apiKey,
      body: { receipts: [{ receipt, content: { text }, visibility: 'public' }, { receipt }] },
    },
  )
  expect(body.results).toMatchObject([
    { status: 201, result: { content: 'stored' } },
    { status: 200, result: { content: 'stored' } },
  ])
})

test('13.7: a public receipt needs content', async () => {
  const receipt = await sign(newText())
  const expected = { code: 'invalid_request', errors: [{ pointer: '/visibility' }] }
  const before = await db.totals()
  const alone = await post(portal, service.key.apiKey, receipt, { visibility: 'public' })
  expect([alone.status, alone.body]).toMatchObject([400, expected])
  const { body } = await portal.call('POST', '/v1/receipts/batch', {
    token: service.key.apiKey,
    body: { receipts: [{ receipt, visibility: 'public' }, { receipt: await sign(newText()) }] },
  })
  expect(body.results).toMatchObject([{ status: 400, problem: expected }, { status: 201 }])
  expect((await db.totals()).receipts).toBe(before.receipts + 1)
})

test('13.7: content with a keyed digest is refused, not dropped', async () => {
  const key = createHmac('sha256', randomBytes(32)).digest()
  const digest = createHmac('sha256', key).update('yes').digest('base64url')
  const content = { alg: 'hmac-sha-256', digest, type: 'text/plain', subject: 'text' }
  const receipt = await sign('yes', { content })
  const more = { content: { text: 'yes' } }
  const { status, body } = await post(portal, service.key.apiKey, receipt, more)
  expect([status, body.code]).toEqual([422, 'content_not_checkable'])
})
