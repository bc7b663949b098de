import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, readJson } from '../support/ask.ts'
import { given, linkedPortalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, postText } from '../support/world.ts'

const { portal, link } = linkedPortalTest()
const service = given(() => createService(portal))
let id: string

beforeAll(async () => {
  id = await postText(portal, service, 'before the storm')
})

const READS = () => [
  `/v1/receipts/${id}`,
  `/v1/receipts/${id}/receipt`,
  `/v1/receipts/${id}/bundle`,
  `/v1/receipts/${id}/content`,
  `/v1/receipts/rec_${'0'.repeat(32)}`,
  `/v1/issuers/${service.slug}`,
  '/v1/lookup/abcde',
  '/.well-known/jwks.json',
  `/r/${id}.json`,
]

describe('while the database is away', () => {
  test('every read is 503 with Retry-After, never a verdict and never a 404', async () => {
    await link.cut()
    portal.advance(1_001)
    for (const path of READS()) {
      const answer = await ask(portal, path)
      expect([path, answer.status]).toEqual([path, 503])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(readJson(answer)).toMatchObject({ code: 'unavailable' })
      expect(answer.text).not.toContain('verdict')
    }
  })

  test('so is the readiness, in its own form', async () => {
    const answer = await ask(portal, '/readyz')
    expect(answer.status).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(readJson(answer)).toEqual({ status: 'unavailable', log: 'off' })
  })

  test('so is a verification, of a stored receipt and of a strange one', async () => {
    const receipt = await signReceipt(service.signer, service.slug, 'unstored')
    for (const body of [{ receiptId: id }, { receipt }]) {
      const answer = await portal.call('POST', '/v1/verify', { body })
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).not.toBeNull()
    }
  })

  test('what needs no database is answered as ever', async () => {
    expect((await ask(portal, '/healthz')).status).toBe(200)
    expect((await ask(portal, '/openapi.json')).status).toBe(200)
    expect((await ask(portal, '/v1/nothing')).status).toBe(404)
  })

  test('and when it is back, so are the answers, without a restart', async () => {
    await link.mend()
    const since = Date.now()
    for (const path of [`/v1/receipts/${id}`, '/readyz']) {
      let status = 0
      while (status !== 200 && Date.now() - since < 15_000) {
        await wait(50)
        status = (await ask(portal, path)).status
      }
      expect([path, status]).toEqual([path, 200])
    }
    expect(await postText(portal, service, 'after the storm')).toMatch(/^rec_/)
    expect(portal.logged()).not.toContain('a request failed')
  })
})
