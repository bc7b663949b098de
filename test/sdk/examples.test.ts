import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.mjs'
import { startProvider, type Provider } from '../support/provider.ts'
import { buildSdk } from '../support/sdk.ts'
import { freshDatabase } from '../support/database.ts'
import { ask, startExample, type Example } from '../support/example.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { makeDataDir } from '../support/spawn-portal.ts'
import { createService } from '../support/world.ts'

let portal: Portal
let folder: string
let drop: () => Promise<void>
let env: Record<string, string>

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-examples-'))
  const service = await createService(portal)
  const keyFile = join(folder, 'signing-key.json')
  await writeFile(keyFile, JSON.stringify(service.signer.privateJwk))
  env = {
    COUNTERFOIL_PORTAL: portal.origin,
    COUNTERFOIL_ISSUER: service.slug,
    COUNTERFOIL_KEY_FILE: keyFile,
    COUNTERFOIL_API_KEY: service.key.apiKey,
    OUTBOX_FILE: join(folder, 'outbox'),
    STAND_IN_WORD_MS: '5',
  }
  await buildSdk()
})

afterAll(async () => {
  await rm(folder, { recursive: true })
  await portal.stop()
  await drop()
})

interface Report {
  verdict: string
  receipt: { claims: { content: { digest: string }; model: string; outcome: object } }
}

/** What the portal says of a receipt, once it has it. */
async function reportOf(receiptId: string): Promise<Report> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await portal.call<Report>('GET', `/v1/receipts/${receiptId}`)
    if (status === 200 || attempt > 200) return body
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

describe.each([
  ['express', '/chat'],
  ['next-route-handler', '/api/chat'],
  ['remix', '/chat'],
])('the example %s', (name, path) => {
  let example: Example

  beforeAll(async () => {
    example = await startExample(name, env)
  })
  afterAll(async () => {
    expect(await example.stop()).toBe(0)
  })

  test('streams an answer whose receipt is valid for what was read', async () => {
    const { text, pieces, receipt } = await ask(example.url + path, 'Is it öpen?')
    expect(pieces).toBeGreaterThan(20)
    expect(text).toContain('“Is it öpen?”')
    const report = await reportOf(receipt!.receiptId!)
    expect(report.verdict).toBe('valid')
    expect(report.receipt.claims).toMatchObject({
      content: { digest: digestOf(text) },
      model: 'gpt-5-mini',
      outcome: { status: 'complete', end: 'stop' },
    })
  })

  test('when stopped, gives a partial receipt of what was read until then', async () => {
    const { text, pieces, receipt } = await ask(example.url + path, 'Why?', { stopAfter: 5 })
    expect(pieces).toBeLessThan(20)
    const report = await reportOf(receipt!.receiptId!)
    expect(report.verdict).toBe('partial')
    expect(report.receipt.claims).toMatchObject({
      content: { digest: digestOf(text) },
      outcome: { status: 'partial', end: 'aborted' },
    })
  })

  test('its README names its command', async () => {
    const readme = await readFile(
      join(import.meta.dirname, `../../sdk/examples/${name}/README.md`),
      'utf8',
    )
    expect(readme).toContain(`npm run example ${name}`)
  })
})

describe('the example browser', () => {
  let example: Example
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    example = await startExample('browser', { ...env, STAND_IN_WORD_MS: '50' })
    browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_FLAGS })
    page = await browser.newPage()
    await page.goto(example.url)
  })
  afterAll(async () => {
    await browser.close()
    expect(await example.stop()).toBe(0)
  })

  const linked = async (): Promise<Report> => {
    const link = await page.getByRole('link', { name: 'receipt' }).getAttribute('href')
    return reportOf(/rec_\w+/.exec(link!)![0])
  }

  test('shows an answer, and finds out by itself that the receipt is for it', async () => {
    await page.getByLabel('Your question').fill('Is it öpen?')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByText('comes when the answer has ended').waitFor()
    await page.getByText('is for exactly this text').waitFor()
    const { verdict, receipt } = await linked()
    expect(verdict).toBe('valid')
    const shown = await page.locator('#answer').evaluate((answer) => answer.textContent)
    expect(receipt.claims.content.digest).toBe(digestOf(shown))
  })

  test('has a Stop button, after which the receipt is for what came until then', async () => {
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByText('only a').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('The answer was cut short').waitFor()
    const shown = await page.locator('#answer').evaluate((answer) => answer.textContent)
    expect(shown).not.toContain('🧾')
    const { verdict, receipt } = await linked()
    expect(verdict).toBe('partial')
    expect(receipt.claims.content.digest).toBe(digestOf(shown))
  })
})

const KEYS: [string, (provider: Provider) => Record<string, string>][] = [
  ['OPENAI_API_KEY', ({ origin }) => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${origin}/v1` })],
  ['ANTHROPIC_API_KEY', ({ origin }) => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: origin })],
]

test.each(KEYS)('with %s set, that provider is asked', async (_, settings) => {
  const provider = await startProvider()
  const asked = { ...env, ...settings(provider), MODEL: 'says-hello' }
  const example = await startExample('next-route-handler', asked)
  try {
    const { text, receipt } = await ask(`${example.url}/api/chat`, 'Who are you?')
    expect(text).toContain('Grüß dich, 😀')
    expect(provider.requests).toHaveLength(1)
    const report = await reportOf(receipt!.receiptId!)
    expect(report.verdict).toBe('valid')
    expect(report.receipt.claims.content.digest).toBe(digestOf(text))
  } finally {
    await example.stop()
    await provider.close()
  }
})

// It may have to build the portal first.
test(
  'with nothing set, an example starts a portal of its own and shows a link that works',
  { timeout: 240_000 },
  async () => {
    const { dataDir, remove } = await makeDataDir()
    const example = await startExample('express', {
      EXAMPLES_DATA_DIR: dataDir,
      OUTBOX_FILE: join(folder, 'own-outbox'),
      STAND_IN_WORD_MS: '1',
    })
    try {
      const { receipt } = await ask(`${example.url}/chat`, 'Does it work?')
      const json = `${receipt!.verifyUrl!}.json`
      let verdict: unknown
      for (let attempt = 0; attempt < 100 && verdict !== 'valid'; attempt++) {
        verdict = ((await (await fetch(json)).json()) as Partial<Report>).verdict
        await new Promise((resume) => setTimeout(resume, 50))
      }
      expect(verdict).toBe('valid')
    } finally {
      await example.stop()
      await remove()
    }
  },
)
