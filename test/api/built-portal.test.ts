import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'
import { createService, postText } from '../support/world.ts'

let database: FreshDatabase
let portal: SpawnedPortal

beforeAll(async () => {
  database = await freshDatabase()
  portal = await spawnPortal({ port: await findPort(), database: database.connection })
})

afterAll(async () => {
  await portal.kill()
  await database.drop()
})

test('the built portal starts, takes a receipt, shows its verify page and stops', async () => {
  expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200)
  const id = await postText(portal, await createService(portal), 'The reading room opens at nine.')
  const page = await fetch(`${portal.origin}/r/${id}`, { headers: { accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<html')
  expect((await portal.call('GET', `/v1/receipts/${id}`)).body.verdict).toBe('valid')
  expect(await portal.stop()).toBe(0)
})

test('13.15, 13.26: a start names misspelt settings without their values, and the log a proxy that is not named', async () => {
  const other = await spawnPortal({
    port: await findPort(),
    database: database.connection,
    env: { PUBLICURL: 'https://wrong.example', TRUSTED_PROXIES: '192.0.2.7' },
  })
  await fetch(`${other.origin}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
  await expect.poll(other.said).toContain('X-Forwarded-For is not believed')
  expect(await other.stop()).toBe(0)
  expect(other.said()).toContain(
    'Warning: PUBLICURL is no setting of the portal. Is PUBLIC_URL meant?',
  )
  expect(other.said()).not.toContain('wrong.example')
})
