import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPortal } from '#app/server.ts'
import { ask, readJson } from '../support/ask.ts'
import { siteTest, TEXT } from '../support/site.ts'

let id: string
const scripts = JSON.parse(readFileSync('build/scripts.json', 'utf8')) as Record<string, string>

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
})

const gzipped = { 'accept-encoding': 'gzip' }

const KINDS: [kind: string, path: string, status: number][] = [
  ['a page', '/', 200],
  ['a verify page', '/r/<id>', 200],
  ['an issuer’s page', '/issuers/<slug>', 200],
  ['the reference', '/docs', 200],
  ['JSON', '/v1/receipts/<id>', 200],
  ['a receipt', '/v1/receipts/<id>/receipt', 200],
  ['a content', '/v1/receipts/<id>/content', 200],
  ['a badge', '/r/<id>/badge.svg', 200],
  ['a QR code', '/r/<id>/qr.svg', 200],
  ['a script', scripts.verify!, 200],
  ['an icon', '/favicon.svg', 200],
  ['a redirection', '/?q=<id>', 302],
  ['a page that is not there', '/nowhere', 404],
  ['JSON that is not there', '/v1/nowhere', 404],
  ['a receipt that is not there', `/r/rec_${'0'.repeat(32)}`, 404],
  ['a refusal', '/v1/usage', 401],
  ['health', '/healthz', 200],
]

describe('every kind of answer', () => {
  test.each(KINDS)('has the security headers: %s', async (_, named, status) => {
    const path = named.replace('<id>', id).replace('<slug>', site.service.slug)
    const first = await ask(site.portal, path)
    expect(first.status).toBe(status)
    const { etag } = first.headers
    const known = etag === undefined ? {} : { headers: { 'if-none-match': etag } }
    const again = await ask(site.portal, path, known)
    if (etag !== undefined) expect(again.status).toBe(304)
    for (const { headers } of [first, again, await ask(site.portal, path, { method: 'PUT' })]) {
      const policy = headers['content-security-policy']
      expect(policy).toMatch(/^default-src 'none'/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'x-request-id': expect.stringMatching(/^[\w-]{16}$/) as string,
      })
      for (const telling of ['strict-transport-security', 'x-powered-by', 'server', 'set-cookie'])
        expect(headers).not.toHaveProperty(telling)
    }
  })

  test('also when the database is away', async () => {
    await site.link.cut()
    site.portal.advance(1_001)
    for (const accept of ['text/html', 'application/json']) {
      const { status, headers } = await ask(site.portal, `/r/${id}`, { headers: { accept } })
      expect(status).toBe(503)
      expect(headers['retry-after']).toMatch(/^\d+$/)
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers.vary).toMatch(/\bAccept\b/)
    }
    await site.link.mend()
    const status = async () => (await ask(site.portal, `/r/${id}`)).status
    await expect.poll(status, { timeout: 15_000 }).toBe(200)
  })

  test('asks for https for ever, only where the public address has it', async () => {
    const config = { ...site.portal.ctx.config, publicUrl: 'https://portal.test' }
    const server = createPortal({ ...site.portal.ctx, config })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const path of ['/', `/v1/receipts/${id}`, '/favicon.svg', '/v1/nowhere']) {
      const { headers } = await ask({ origin }, path)
      expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8,}; includeSubDomains$/)
    }
    await new Promise((closed) => server.close(closed))
  })
})

describe('the verify page', () => {
  const kindOf = async (path: string, accept?: string) => {
    const { status, headers } = await ask(site.portal, path, accept ? { headers: { accept } } : {})
    expect(headers.vary).toMatch(/\bAccept\b/)
    return `${status} ${headers['content-type']!.split(';')[0]!}`
  }

  test('is a page or JSON, as Accept weighs them, and a page when in doubt', async () => {
    for (const accept of [
      undefined,
      '*/*',
      'text/html',
      'text/html, application/json',
      'image/png',
    ])
      expect(await kindOf(`/r/${id}`, accept)).toBe('200 text/html')
    expect(await kindOf(`/r/${id}`, 'application/json')).toBe('200 application/json')
    const unknown = `/r/rec_${'0'.repeat(32)}`
    expect(await kindOf(unknown, 'text/html')).toBe('404 text/html')
    expect(await kindOf(unknown, 'application/json')).toBe('404 application/problem+json')
  })

  test('asks search engines to leave it out, and is never older than a few seconds', async () => {
    const { text, headers } = await ask(site.portal, `/r/${id}`)
    expect(text).toContain('<meta name="robots" content="noindex"/>')
    expect(headers['x-robots-tag']).toBe('noindex')
    expect(Number(/max-age=(\d+)/.exec(headers['cache-control']!)![1])).toBeLessThanOrEqual(30)
    expect((await ask(site.portal, '/')).headers).not.toHaveProperty('x-robots-tag')
  })

  test('shows a revocation by another process within about a second', async () => {
    const other = await site.publish('soon withdrawn')
    const verdict = async () =>
      /class="stub" data-verdict="([\w-]+)"/.exec((await ask(site.portal, `/r/${other}`)).text)?.[1]
    expect(await verdict()).toBe('valid')
    await site.intruder.sql`
      INSERT INTO revocations SELECT id, 'elsewhere', now() FROM receipts
      WHERE id NOT IN (SELECT receipt_id FROM revocations) AND jti IS NULL
        AND jws = ${await site.intruder.readReceipt(other)}`
    await expect.poll(verdict, { timeout: 1_600, interval: 50 }).toBe('revoked')
  })

  test('weighs under 25 kB of script and 80 kB in all, packed', async () => {
    const page = await ask(site.portal, `/r/${id}`)
    const parts = [...page.text.matchAll(/(?:src|href)="(\/(?:assets\/|favicon)[^"]+)"/g)]
    const paths = new Set(parts.map((part) => part[1]!))
    let all = gzipSync(page.bytes).length
    let script = 0
    for (const path of paths) {
      const { bytes, headers } = await ask(site.portal, path, { headers: gzipped })
      expect(headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(bytes).length).toBeGreaterThan(bytes.length)
      all += bytes.length
      if (path.endsWith('.js')) script += bytes.length
    }
    console.log(`verify page, packed: ${script} bytes of script, ${all} bytes in all`)
    expect(script).toBeGreaterThan(1_000)
    expect(script).toBeLessThan(25_000)
    expect(all).toBeLessThan(80_000)
    // No part of a framework comes along: this is the only script.
    expect([...paths].filter((path) => path.endsWith('.js'))).toEqual([scripts.verify])
    expect(page.text).not.toMatch(/<script(?![^>]* src=)|modulepreload| style=| on\w+=/)
  })
})

const HTML_TYPE = 'text/html; charset=utf-8'

describe('what the framework would open', () => {
  test('gives nobody a way to put something else in the place of a kept page', async () => {
    const fresh = await site.publish('<h1>kept?</h1>', { model: '<img src=x>' })
    await ask(site.portal, `/r/${fresh}?_data=routes%2Freceipt`)
    const { text, headers } = await ask(site.portal, `/r/${fresh}`)
    expect(headers['content-type']).toBe(HTML_TYPE)
    expect(text).toMatch(/^<!doctype html>/)
    expect(text).not.toContain('<img src=x')
  })

  test('stays shut: its manifest and its data are 404', async () => {
    const paths = ['/__manifest', '/__manifest?p=/', '/_root.data', `/r/${id}.data`, '/docs.data']
    for (const path of [...paths, '/?_data=root', `/r/${id}?_data=routes%2Freceipt`]) {
      const { status, headers, text } = await ask(site.portal, path)
      if (path.includes('_data='))
        expect([path, headers['content-type']]).toEqual([path, HTML_TYPE])
      else expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('createdAt')
    }
  })
})

describe('each error code', () => {
  test('has a page that says what it means and what to do', async () => {
    const index = await ask(site.portal, '/problems')
    const codes = [...index.text.matchAll(/href="\/problems\/(\w+)"/g)].map((found) => found[1]!)
    expect(codes.length).toBeGreaterThan(30)
    for (const code of codes) {
      const { status, text } = await ask(site.portal, `/problems/${code}`)
      expect([code, status]).toEqual([code, 200])
      expect(text).toContain(`<code>${code}</code>`)
      expect(text).not.toContain('`')
    }
    const refused = await ask(site.portal, '/v1/usage')
    expect(new URL(readJson(refused).type as string).pathname).toBe('/problems/missing_api_key')
    expect(codes).toContain('missing_api_key')
  })
})
