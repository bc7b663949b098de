import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { paste, verdictOf } from '../support/browser.ts'
import { ADMIN_TOKEN } from '../support/portal.ts'
import { signReceipt } from '../support/signing.ts'
import { siteTest } from '../support/site.ts'
import { createApiKey, createIssuer } from '../support/world.ts'

const run = promisify(execFile)
const SCRIPTS = resolve(import.meta.dirname, '../../docs/shell')
/** As a person sees it, in a box that has no last line break. */
const TEXT = 'Signed outside of this project.'

let folder: string
/** Runs in a shell whose curl finds the portal's public address where the test's server listens. */
let shell: (command: string, env?: Record<string, string>) => Promise<string>

const site = siteTest()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-outside-'))
  const { origin, ctx } = site.portal
  const curl = `curl() { command curl --connect-to ::${new URL(origin).host} "$@"; }\n`
  shell = async (command, env = {}) => {
    const { stdout } = await run('sh', ['-c', curl + command], {
      cwd: folder,
      env: { NODE_ENV: 'test', PATH: process.env.PATH, PORTAL: ctx.config.publicUrl, ...env },
    })
    return stdout
  }
  await writeFile(join(folder, 'answer.txt'), TEXT)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** Opens the verify link in Chromium, waits for its second opinion, and compares the text there. */
async function verifyInBrowser(answer: string): Promise<void> {
  const { receiptId, verifyUrl } = JSON.parse(answer) as { receiptId: string; verifyUrl: string }
  expect(verifyUrl).toBe(`${site.portal.ctx.config.publicUrl}/r/${receiptId}`)
  const { page, faults, close } = await site.visitor.open(new URL(verifyUrl).pathname)
  expect(await verdictOf(page)).toBe('valid')
  await page.locator('#second-opinion', { hasText: 'came to the same result' }).waitFor()
  await paste(page, '#compare-text', TEXT)
  await page.locator('#compare-go').click()
  await page.locator('#compare-result', { hasText: /exactly|not altered/i }).waitFor()
  expect(faults).toEqual([])
  await close()
}

test('openssl makes a key, publishes it and signs, by the scripts as they stand; Chromium verifies', async () => {
  const slug = await createIssuer(site.portal)
  const { apiKey } = await createApiKey(site.portal, slug)
  const env = { KEY: 'key.pem', ISSUER: slug, ADMIN_TOKEN, API_KEY: apiKey }
  await shell('openssl genpkey -algorithm ed25519 -out key.pem')
  const published = await shell(`. ${SCRIPTS}/publish-key.sh`, env)
  expect(JSON.parse(published)).toMatchObject({ state: 'active' })
  await verifyInBrowser(await shell(`set -- answer.txt; . ${SCRIPTS}/post-receipt.sh`, env))
})

test('npm jose signs, curl posts, Chromium verifies', async () => {
  const { signer, slug, key } = site.service
  const receipt = await signReceipt(signer, slug, TEXT)
  await writeFile(join(folder, 'body.json'), JSON.stringify({ receipt }))
  const answer = await shell(
    `curl -sS "$PORTAL/v1/receipts" -H "Authorization: Bearer $API_KEY" \\
      -H 'Content-Type: application/json' --data-binary @body.json`,
    { API_KEY: key.apiKey },
  )
  await verifyInBrowser(answer)
})
