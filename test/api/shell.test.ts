import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { ADMIN_TOKEN, startPortal, type Portal } from '../support/portal.ts'
import { createApiKey, createIssuer } from '../support/world.ts'

const run = promisify(execFile)
const SCRIPTS = resolve(import.meta.dirname, '../../docs/shell')

let database: FreshDatabase
let portal: Portal
let folder: string

beforeAll(async () => {
  database = await freshDatabase()
  portal = await startPortal(database.connection)
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-shell-'))
})
afterAll(async () => {
  await portal.stop()
  await database.drop()
  await rm(folder, { recursive: true })
})

test('a key made by openssl is published, and a receipt signed by openssl is verified, by the scripts as they stand', async () => {
  const slug = await createIssuer(portal)
  const { apiKey } = await createApiKey(portal, slug)
  const key = join(folder, 'key.pem')
  const answer = join(folder, 'answer.txt')
  await writeFile(answer, 'What openssl signed.\n')
  await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key])
  const env = {
    NODE_ENV: 'test' as const,
    PATH: process.env.PATH,
    KEY: key,
    ISSUER: slug,
    ADMIN_TOKEN,
    API_KEY: apiKey,
  }
  // The proof names the portal's public address; the request goes to where the test's server listens.
  const shell = (script: string, ...args: string[]) =>
    run(
      'sh',
      [
        '-c',
        `curl() { command curl --connect-to ::${portal.origin.slice('http://'.length)} "$@"; }; . "$0"`,
        join(SCRIPTS, script),
        ...args,
      ],
      {
        env: { ...env, PORTAL: portal.ctx.config.publicUrl },
      },
    )

  const published = JSON.parse((await shell('publish-key.sh')).stdout) as { state: string }
  expect(published.state).toBe('active')

  const posted = JSON.parse((await shell('post-receipt.sh', answer)).stdout) as {
    receiptId: string
    verifyUrl: string
  }
  expect(posted.verifyUrl).toBe(`${portal.ctx.config.publicUrl}/r/${posted.receiptId}`)
  const report = await portal.call<{ verdict: string }>('POST', '/v1/verify', {
    body: { receiptId: posted.receiptId, content: { text: 'What openssl signed.\n' } },
  })
  expect(report.body.verdict).toBe('valid')
})
