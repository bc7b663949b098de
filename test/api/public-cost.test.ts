import { beforeAll, expect, test } from 'vitest'
import { LONG_TEXTS } from '../support/big-requests.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post } from '../support/world.ts'

const { portal } = portalTest()
const service = given(() => createService(portal))
/** 150 milliseconds at a time, and ten more each second. */
const COST_MS_PER_MINUTE = 600

let receipt: string
let id: string

beforeAll(async () => {
  portal.ctx.config.publicCostMsPerMinute = COST_MS_PER_MINUTE
  receipt = await signReceipt(service.signer, service.slug, 'a short answer')
  id = (await post(portal, service.key.apiKey, receipt)).body.receiptId
})

const verify = (text: string, address: string) =>
  portal.call('POST', '/v1/verify', {
    body: { receipt, content: { text } },
    headers: { 'x-forwarded-for': address },
  })

test('13.1: an address that has used its share waits; others and reports do not', async () => {
  const dear = LONG_TEXTS['letters with 30 combining marks']!
  const stranger = '198.51.100.7'
  const statuses = await Promise.all(
    Array.from({ length: 4 }, async () => (await verify(dear, stranger)).status),
  )
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3)

  // The least possible charge is left out of account by a bucket that is empty.
  portal.ctx.strangers.giveBack(`verify ${stranger}`, -1_000)
  const refused = await verify('short', stranger)
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60)
  expect(refused.headers.get('ratelimit-policy')).toBe('"address";q=150;w=15;qu="milliseconds"')
  expect(refused.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/)

  expect((await verify('short', '198.51.100.8')).status).toBe(200)
  const headers = { 'x-forwarded-for': stranger }
  for (const path of [`/v1/receipts/${id}`, `/r/${id}.json`])
    expect((await fetch(portal.origin + path, { headers })).status).toBe(200)
  portal.advance(120_000)
  expect((await verify('short', stranger)).status).toBe(200)
})

test('13.1: neighbours in one IPv6 network share, and the time that was not used comes back', async () => {
  for (let i = 0; i < 60; i++) {
    const answer = await verify('a few words', `2001:db8::${i.toString(16)}`)
    expect(answer.status).toBe(200)
    portal.advance(200)
  }
  portal.ctx.strangers.giveBack('verify 20010db800000000/64', -1_000)
  expect((await verify('a few words', '2001:db8::ffff')).status).toBe(429)
  expect((await verify('a few words', '2001:db8:0:1::1')).status).toBe(200)
})
