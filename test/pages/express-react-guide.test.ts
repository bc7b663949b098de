import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.mjs'
import { countCodeLines } from '../support/code-lines.ts'
import { makeApp } from '../support/recipes/express-chat.ts'
import { createModel, digestOf, openShop, serve, type Shop } from '../support/streaming.ts'

const RECIPES = join(import.meta.dirname, '..', 'support', 'recipes')
const WORDS = Array.from({ length: 400 }, (_, at) => `wörd ${at} `)

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.stop())

test('the Express and React guide: right headers, a Stop that ends the model, and what was sent signed', async () => {
  const built = await build({
    entryPoints: [join(RECIPES, 'react-chat.tsx')],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const model = createModel()
  const app = makeApp(shop.counterfoil, (question, signal) =>
    model.answer([`${question}\n`, ...WORDS], 10)(signal),
  )
  app.get('/', (_req, res) => {
    res.send(
      `<!doctype html><link rel="icon" href="data:,"><div id="root"></div><script type="module">${built.outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`,
    )
  })
  const served = await serve(app)
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: CHROMIUM_FLAGS,
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(served.url)
    const answered = page.waitForResponse((response) => response.url().endsWith('/chat'))
    await page.getByRole('button', { name: 'Ask' }).click()
    const headers = (await answered).headers()
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(headers['cache-control']).toContain('no-transform')
    expect(headers['x-accel-buffering']).toBe('no')
    await page.locator('#text', { hasText: 'wörd 4 ' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await model.stopped
    expect(model.pulled).toBeLessThan(WORDS.length)

    const badge = page.locator('[role=status][data-state=verified]')
    await badge.waitFor()
    expect(await badge.innerText()).toContain('cut short')
    const link = await badge.getByRole('link').getAttribute('href')
    const { verdict, receipt } = await shop.reportOf(link!.split('/r/')[1]!)
    expect(verdict).toBe('partial')
    expect(receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
    const text = await page.locator('#text').textContent()
    expect(text!.startsWith('Where is the library?\nwörd 0 ')).toBe(true)
    expect(receipt.claims.content.digest).toBe(digestOf(text!))
  } finally {
    await browser.close()
    await served.stop()
  }
})

test('… in fewer lines: such guides need over a hundred for both sides', () => {
  const files = ['express-chat.ts', 'react-chat.tsx']
  const lines = files.map((file) => countCodeLines(join(RECIPES, file)))
  expect(lines[0]).toBeLessThan(15)
  expect(lines[1]).toBeLessThan(20)
})
