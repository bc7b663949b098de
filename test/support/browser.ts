import { chromium, type BrowserContextOptions, type Page } from 'playwright'
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs'
import { PUBLIC_URL, type Portal } from './portal.ts'

/** Everything here is on one machine: what isn't there by then won't come. */
const WAIT_MS_MAX = 8_000

/** An open page, and everything that it did beside showing itself. */
export interface Visit {
  page: Page
  /** What must not be: errors, refusals of the policy, dialogs, requests to anywhere else. */
  faults: string[]
  /** Method, address and body of every request. */
  sent: string[]
  status: number
  close: () => Promise<void>
}

export interface Visitor {
  open: (path: string, options?: BrowserContextOptions) => Promise<Visit>
  /** A page that has been nowhere yet, so that a test can stand between it and the portal. */
  prepare: (options?: BrowserContextOptions) => Promise<Visit>
  leave: () => Promise<void>
}

/**
 * A real Chromium, for which the portal's public address is the server of this test, and as good as
 * one with https: the clipboard and WebCrypto work there as they do for visitors.
 */
export async function startVisitor(portal: Pick<Portal, 'origin'>): Promise<Visitor> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: [
      ...CHROMIUM_FLAGS,
      `--host-resolver-rules=MAP portal.test ${new URL(portal.origin).host}`,
      `--unsafely-treat-insecure-origin-as-secure=${PUBLIC_URL}`,
    ],
  })

  const prepare = async (options: BrowserContextOptions = {}): Promise<Visit> => {
    const context = await browser.newContext({
      baseURL: PUBLIC_URL,
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    context.setDefaultTimeout(WAIT_MS_MAX)
    const page = await context.newPage()
    const faults: string[] = []
    const sent: string[] = []
    const visit: Visit = { page, faults, sent, status: 0, close: () => context.close() }
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('console', (message) => {
      // The browser's own line for a page that is rightly a 404 or a 503.
      const isPageItself = message.location().url === page.url()
      const isStatus = message.text().startsWith('Failed to load resource')
      if (['error', 'warning'].includes(message.type()) && !(isStatus && isPageItself))
        faults.push(`${message.type()}: ${message.text()}`)
    })
    context.on('page', (other) => {
      if (other !== page) faults.push(`opened ${other.url()}`)
    })
    context.on('request', (request) => {
      sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`)
      if (!request.url().startsWith(`${PUBLIC_URL}/`)) faults.push(`asked ${request.url()}`)
    })
    page.on('response', (response) => {
      if (response.request().isNavigationRequest()) visit.status = response.status()
    })
    return visit
  }

  return {
    prepare,
    open: async (path, options) => {
      const visit = await prepare(options)
      await visit.page.goto(path)
      return visit
    },
    leave: () => browser.close(),
  }
}

export const headline = (page: Page): Promise<string> => page.locator('h1').innerText()

export const verdictOf = (page: Page): Promise<string | null> =>
  page.locator('.stub').getAttribute('data-verdict')

/** Puts a text on the clipboard and pastes it, as a person does. */
export async function paste(page: Page, box: string, text: string): Promise<void> {
  await page.locator(box).fill('')
  await page.evaluate((words) => navigator.clipboard.writeText(words), text)
  await page.locator(box).focus()
  await page.keyboard.press('Control+V')
}

/** Drops a file on an element, its bytes as they are. */
export async function dropFile(page: Page, on: string, bytes: Uint8Array): Promise<void> {
  const data = await page.evaluateHandle((numbers) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([new Uint8Array(numbers)], 'dropped.txt'))
    return transfer
  }, Array.from(bytes))
  await page.locator(on).dispatchEvent('drop', { dataTransfer: data })
}
