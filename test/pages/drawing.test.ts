import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRequestHandler, type ServerBuild } from '@remix-run/node'
import { beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { siteTest, publishVerdicts } from '../support/site.ts'

let ids: Record<string, string>

const site = siteTest()
beforeAll(async () => {
  ids = await publishVerdicts(site)
})

test('a verify page drawn without Remix is to the byte the page of its Remix route', async () => {
  const file = pathToFileURL(resolve('build/pages/server/index.js')).href
  const handle = createRequestHandler((await import(file)) as ServerBuild, 'production')
  const scripts = JSON.parse(readFileSync('build/scripts.json', 'utf8')) as Record<string, string>
  const { ctx } = site.portal
  for (const [verdict, id] of Object.entries(ids)) {
    const context = { ctx, requestId: 'test', address: '127.0.0.1', openapi: {}, scripts }
    const url = new URL(`/r/${id}`, ctx.config.publicUrl)
    const routed = await handle(new Request(url), context)
    const drawn = await ask(site.portal, `/r/${id}`, { headers: { accept: 'text/html' } })
    expect(drawn.status, verdict).toBe(routed.status)
    expect(drawn.text, verdict).toBe(await routed.text())
    expect(drawn.headers['cache-control']).toBe(routed.headers.get('cache-control'))
  }
})
