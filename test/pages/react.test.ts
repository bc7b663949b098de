import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendReceiptStream, stopReceiptStream } from '../../sdk/src/express.ts'
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.mjs'
import { createModel, digestOf, openShop, serve } from '../support/streaming.ts'
import type { Model, Served, Shop } from '../support/streaming.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const WORDS = Array.from({ length: 2_000 }, (_, at) => `wörd ${at} `)

/** The page as one script; `suffix` names the installed React that it is built with. */
async function bundle(suffix: '' | '19'): Promise<string> {
  const alias = { react: `react${suffix}`, 'react-dom': `react-dom${suffix}` }
  const built = await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/support/react-page.tsx'],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    target: 'es2022',
    ...(suffix === '' ? {} : { alias }),
    // React's development build: the one whose strict mode runs effects twice, and that warns.
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return built.outputFiles[0]!.text
}

let shop: Shop
let browser: Browser
beforeAll(async () => {
  shop = await openShop()
  browser = await chromium.launch({
    executablePath: await findChromium(),
    args: CHROMIUM_FLAGS,
  })
})
afterAll(async () => {
  await browser.close()
  await shop.stop()
})

interface Visit {
  page: Page
  faults: string[]
  model: Model
  /** The receipts that the service signed, in the order in which it began them. */
  signed: Promise<{ receiptId: string } | null>[]
  leave: () => Promise<void>
}

async function visit(
  script: string,
  path: string,
  pieces: string[],
  options: { everyMs?: number; canStop?: boolean } = {},
): Promise<Visit> {
  const model = createModel()
  const signed: Visit['signed'] = []
  const served: Served = await serve((req, res) => {
    const { pathname } = new URL(req.url!, 'http://page')
    if (pathname === '/script.js') {
      res.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    } else if (pathname !== '/chat') {
      res.writeHead(200, { 'content-type': 'text/html' })
      res.end(
        '<!doctype html><html lang="en"><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/script.js"></script>',
      )
    } else if (req.method === 'POST') {
      const source = model.answer(pieces, options.everyMs)
      signed.push(sendReceiptStream(res, shop.counterfoil, source))
    } else if (options.canStop === false) {
      res.writeHead(405).end()
    } else stopReceiptStream(req, res)
  })
  const page = await browser.newPage()
  page.setDefaultTimeout(15_000)
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push(message))
  page.on('console', (message) => {
    // The browser's own line for a receipt that the portal doesn't have yet.
    const isPending = message.location().url.startsWith(`${shop.portal.origin}/v1/receipts/`)
    if (['error', 'warning'].includes(message.type()) && !isPending) faults.push(message.text())
  })
  await page.goto(served.url + path)
  const leave = async (): Promise<void> => {
    await page.close()
    await served.stop()
  }
  return { page, faults, model, signed, leave }
}

const badge = (page: Page, state: string) => page.locator(`[role=status][data-state=${state}]`)
const wordFour = (page: Page) => page.locator('#text', { hasText: 'wörd 4 ' }).waitFor()

describe.each([
  ['React 18', ''],
  ['React 19', '19'],
] as const)('in Chromium, with %s', (name, suffix) => {
  let script: string
  beforeAll(async () => {
    script = await bundle(suffix)
  })

  test('an answer streams in, and its badge comes to say that this very text was signed', async () => {
    const { page, faults, leave } = await visit(script, '/', ['Grüß ', 'dich \ud83d', '\ude00'], {
      everyMs: 20,
    })
    expect(await page.title()).toContain(name)
    expect(await badge(page, 'awaited').innerText()).toContain('Receipt pending')
    await page.getByRole('button', { name: 'Ask' }).click()
    await badge(page, 'verified').waitFor()
    expect(await page.locator('#text').innerText()).toBe('Grüß dich 😀')
    expect(await page.locator('#status').innerText()).toBe('done')
    const link = page.getByRole('status').getByRole('link', { name: 'Receipt verified' })
    expect(await link.getAttribute('href')).toMatch(`${shop.portal.origin}/r/rec_`)
    expect(faults).toEqual([])
    await leave()
  })

  test('Stop ends the model, and the partial receipt for what is on the page is verified', async () => {
    const { page, faults, model, signed, leave } = await visit(script, '/', WORDS, { everyMs: 10 })
    await page.getByRole('button', { name: 'Ask' }).click()
    await wordFour(page)
    await page.getByRole('button', { name: 'Stop' }).click()
    await model.stopped
    await badge(page, 'verified').waitFor()
    expect(await badge(page, 'verified').innerText()).toContain('cut short')
    expect(await page.locator('#status').innerText()).toBe('stopped')
    const { receiptId } = (await signed[0])!
    const { verdict, receipt } = await shop.reportOf(receiptId)
    expect(verdict).toBe('partial')
    const shown = await page.locator('#text').textContent()
    expect(receipt.claims.content.digest).toBe(digestOf(shown!))
    expect(model.pulled).toBeLessThan(WORDS.length)
    expect(faults).toEqual([])
    await leave()
  })

  test('Stop hangs up where the service has no way to be asked, and the model ends as well', async () => {
    const { page, model, signed, leave } = await visit(script, '/', WORDS, {
      everyMs: 10,
      canStop: false,
    })
    await page.getByRole('button', { name: 'Ask' }).click()
    await wordFour(page)
    await page.getByRole('button', { name: 'Stop' }).click()
    await model.stopped
    await page.locator('#status', { hasText: 'stopped' }).waitFor()
    await badge(page, 'none').waitFor()
    await shop.counterfoil.flush()
    const { receipt } = await shop.reportOf((await signed[0])!.receiptId)
    expect(receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
    const sent = WORDS.slice(0, receipt.claims.outcome.chunks as number).join('')
    expect(receipt.claims.content.digest).toBe(digestOf(sent))
    await leave()
  })

  test('strict mode’s two effects show one answer, and leave the other', async () => {
    const { page, faults, model, leave } = await visit(script, '/asking', ['once ', 'only'], {
      everyMs: 100,
    })
    await badge(page, 'verified').waitFor()
    expect(await page.locator('#text').innerText()).toBe('once only')
    expect(model.calls).toBeLessThanOrEqual(2)
    // The one that was left has been stopped, or had ended before the service heard of it.
    await expect.poll(() => model.running, { timeout: 15_000 }).toBe(0)
    expect(faults).toEqual([])
    await leave()
  })

  test('a component that goes in mid-stream takes the model call with it', async () => {
    const { page, faults, model, leave } = await visit(script, '/leaving', WORDS, { everyMs: 10 })
    await wordFour(page)
    await page.getByRole('button', { name: 'Leave' }).click()
    // Strict mode's effect may have called it twice; neither call is left running.
    await expect.poll(() => model.running, { timeout: 15_000 }).toBe(0)
    expect(model.pulled).toBeLessThan(WORDS.length)
    expect(await page.locator('#text').count()).toBe(0)
    expect(faults).toEqual([])
    await leave()
  })

  test('a chat’s messages have their receipts checked against the text that is shown', async () => {
    const text = 'Behind the town hall.'
    const { receiptId, verifyUrl, delivery } = await shop.counterfoil.sign({ output: text })
    await delivery
    const given = encodeURIComponent(JSON.stringify({ receiptId, verifyUrl, text }))
    const { page, faults, leave } = await visit(script, `/conversation?given=${given}`, [])
    await page.locator('#by-metadata [data-state=verified]').waitFor()
    await page.locator('#by-provider [data-state=differs]').waitFor()
    await page.locator('#question [data-state=awaited]').waitFor()
    expect(faults).toEqual([])
    await leave()
  })
})
