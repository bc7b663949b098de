import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'
import { createService, post, postText, type Service } from '../support/world.ts'
import { signReceipt } from '../support/signing.ts'

let service: Service
let admin: ConsoleClient
let viewer: ConsoleClient

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  admin = await openConsole(portal, 'admin')
  viewer = await openConsole(portal, 'viewer')
})

const publish = (text: string) =>
  postText(portal, service, text, { visibility: 'public', content: { text } })

describe('an empty portal', () => {
  test('shows the way to the first receipt', async () => {
    const overview = await viewer.get('/admin')
    expect(overview.status).toBe(200)
    for (const words of [
      'Create an issuer',
      'Publish its signing key',
      'Create an API key',
      'curl',
    ])
      expect(overview.text).toContain(words)
    const receipts = await viewer.get('/admin/receipts')
    expect(receipts.text).toContain('No receipt yet')
    expect(receipts.text).toContain('href="/admin/api-keys"')
    expect((await viewer.get('/admin/audit')).text).toContain('Nothing was changed yet')
  })
})

describe('a portal in use', () => {
  beforeAll(async () => {
    service = await createService(portal, { cap: 5 })
  })

  test('the overview counts what came in and what was refused', async () => {
    for (let n = 0; n < 4; n++) await publish(`counted ${n}`)
    const overview = await viewer.get('/admin')
    expect(overview.text).toContain('Receipts in the last 30 days')
    expect(overview.text).toContain('Near or at their cap')
    expect(overview.text).toContain('4 of 5')
    expect(overview.text).not.toContain('Your first receipt')
    await portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap: null })
  })

  test('a receipt is found by its link, its job and its digest', async () => {
    const jws = await signReceipt(service.signer, service.slug, 'found', { jti: 'the job <b>' })
    const { receiptId } = (await post(portal, service.key.apiKey, jws)).body
    for (const q of [receiptId, `http://portal.test/r/${receiptId}`, 'the job <b>', jws]) {
      const { text, status } = await viewer.get(`/admin/receipts?${new URLSearchParams({ q })}`)
      expect(status).toBe(200)
      expect(text).toContain(`href="/admin/receipts/${receiptId}"`)
      expect(text.match(/href="\/admin\/receipts\/rec_/g)).toHaveLength(1)
      // What was typed stays, and is text.
      expect(text).not.toContain('<b>')
    }
    const none = await viewer.get('/admin/receipts?q=nobody')
    expect(none.text).toContain('No receipt fits')
  })

  test('a day that is none is named at its field, and what was typed stays', async () => {
    for (const page of ['receipts', 'audit']) {
      const { text } = await viewer.get(`/admin/${page}?from=2026-02-30&to=2026-13-01`)
      expect(text.match(/Write a day as/g)).toHaveLength(2)
      expect(text).toContain('value="2026-02-30"')
      expect(text).toContain('aria-invalid="true"')
    }
    expect((await viewer.get('/admin/audit.ndjson?from=yesterday')).status).toBe(400)
  })

  test('a list goes on where its page ended', async () => {
    for (let n = 0; n < 55; n++) await publish(`page ${n}`)
    const idsOf = (text: string) =>
      [...text.matchAll(/href="\/admin\/receipts\/(rec_\w+)"/g)].map(([, id]) => id!)
    const first = await viewer.get('/admin/receipts?mode=live')
    const next = /href="(\?[^"]*after=[^"]*)"/.exec(first.text)![1]!.replaceAll('&amp;', '&')
    expect(next).toContain('mode=live')
    const second = await viewer.get(`/admin/receipts${next}`)
    expect(idsOf(first.text)).toHaveLength(50)
    expect(idsOf(second.text).length).toBeGreaterThan(5)
    expect(new Set([...idsOf(first.text), ...idsOf(second.text)]).size).toBe(
      50 + idsOf(second.text).length,
    )
    expect(second.text).toContain('To the beginning')
  })

  test('a receipt’s page shows what the public sees and who posted it', async () => {
    const id = await publish('shown')
    const { status, text } = await viewer.get(`/admin/receipts/${id}`)
    expect(status).toBe(200)
    for (const words of [id, 'What the public sees', 'Signed by', service.key.id, '5 bytes'])
      expect(text).toContain(words)
    expect(text).toContain(`href="/r/${id}"`)
    // A viewer is offered nothing that would be refused.
    expect(text).not.toContain(`/admin/receipts/${id}/revoke`)
    for (const path of [`rec_${'0'.repeat(32)}`, 'nothing'])
      expect((await viewer.get(`/admin/receipts/${path}`)).status).toBe(404)
  })

  test('withdrawing asks for a reason, and shows in public at once', async () => {
    const id = await publish('to be withdrawn')
    const page = await admin.get(`/admin/receipts/${id}/revoke`)
    expect(page.text).toContain('What will happen')
    expect(page.text).toContain(`href="/admin/receipts/${id}"`)
    for (const reason of ['', ' ', 'two\nlines', 'x'.repeat(501)]) {
      const refused = await admin.post(`/admin/receipts/${id}/revoke`, { reason })
      expect(refused.status).toBe(400)
      expect(refused.text).toContain('aria-invalid="true"')
      if (reason.length > 9) expect(refused.text).toContain('x'.repeat(501))
    }
    expect((await ask(portal, `/r/${id}`)).text).toContain('data-verdict="valid"')
    const done = await admin.post(`/admin/receipts/${id}/revoke`, { reason: 'Out of date <i>' })
    expect([done.status, done.location]).toEqual([302, `/admin/receipts/${id}?done=revoked`])
    const shown = await ask(portal, `/r/${id}`)
    expect(shown.text).toContain('data-verdict="revoked"')
    expect(shown.text).toContain('Out of date &lt;i&gt;')
    expect((await admin.get(done.location!)).text).toContain('The receipt is revoked')
    const again = await admin.post(`/admin/receipts/${id}/revoke`, { reason: 'Again' })
    expect(again.status).toBe(409)
    expect((await ask(portal, `/r/${id}`)).text).not.toContain('Again')
  })

  test('13.8: an id typed in another spelling leads to the receipt’s page in the console', async () => {
    const id = await publish('typed by hand')
    const typed = id.toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I')
    const led = await viewer.get(`/admin/receipts/${typed}`)
    expect([led.status, led.location]).toEqual([308, `/admin/receipts/${id}`])
    expect((await viewer.get(`/admin/receipts?q=${typed}`)).text).toContain(id)
  })

  test('13.12: erasing says where the bytes stay for a while, and the README how to shorten it', async () => {
    const id = await publish('to be erased later')
    const page = await admin.get(`/admin/receipts/${id}/erase`)
    for (const place of ['Backups', 'write-ahead log', '“Erasure”'])
      expect(page.text.replace(/\s+/g, ' ')).toContain(place)
    const { text } = await ask(portal, '/openapi.json')
    const { paths } = JSON.parse(text) as {
      paths: Record<string, { delete: { description: string } }>
    }
    const erase = paths['/v1/admin/receipts/{id}/content']!.delete
    expect(erase.description).toContain('write-ahead log')
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const says = /^- \*\*Erasure\.\*\* .+$/m.exec(readme)![0]
    for (const way of [
      'VACUUM FULL contents',
      'pg_switch_wal()',
      'CHECKPOINT',
      'wal_recycle = off',
    ])
      expect(says).toContain(way)
  })

  test('erasing leaves a tombstone: 410 for the content, and the receipt stays valid', async () => {
    const id = await publish('to be erased')
    const page = await admin.get(`/admin/receipts/${id}/erase`)
    expect(page.text).toContain('12 bytes')
    const done = await admin.post(`/admin/receipts/${id}/erase`)
    expect([done.status, done.location]).toEqual([302, `/admin/receipts/${id}?done=erased`])
    expect((await ask(portal, `/v1/receipts/${id}/content`)).status).toBe(410)
    const shown = await ask(portal, `/r/${id}`)
    expect(shown.text).toContain('data-verdict="valid"')
    expect(shown.text).not.toContain('to be erased')
    expect((await viewer.get(`/admin/receipts/${id}`)).text).toContain('content erased')
    expect((await admin.get(`/admin/receipts/${id}/erase`)).text).toContain('was erased on')
    const never = await postText(portal, service, 'never kept')
    expect((await admin.get(`/admin/receipts/${never}/erase`)).text).toContain('nothing to erase')
    expect((await admin.post(`/admin/receipts/${never}/erase`)).status).toBe(404)
  })

  test('erasing asks who is there once more when the sign-in is not fresh', async () => {
    const id = await publish('asked again')
    const old = await openConsole(portal, 'admin')
    await portal.ctx.db.run(
      `update sessions set confirmed_at = confirmed_at - interval '11 minute' where admin = $1`,
      [old.admin],
    )
    for (const answer of [
      await old.get(`/admin/receipts/${id}/erase`),
      await old.post(`/admin/receipts/${id}/erase`),
    ])
      expect([answer.status, answer.location?.split('?')[0]]).toEqual([302, '/admin/confirm'])
    expect((await ask(portal, `/v1/receipts/${id}/content`)).status).toBe(200)
  })

  test('a viewer can neither withdraw nor erase', async () => {
    const id = await publish('safe from viewers')
    for (const act of ['revoke', 'erase']) {
      expect((await viewer.get(`/admin/receipts/${id}/${act}`)).status).toBe(403)
      expect((await viewer.post(`/admin/receipts/${id}/${act}`, { reason: 'r' })).status).toBe(403)
    }
    expect((await ask(portal, `/r/${id}`)).text).toContain('data-verdict="valid"')
    expect((await ask(portal, `/v1/receipts/${id}/content`)).status).toBe(200)
  })

  test('the audit says who, from where, before and after, and filters', async () => {
    await portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap: 777 })
    const id = await publish('audited')
    await admin.post(`/admin/receipts/${id}/revoke`, { reason: 'For the audit' })
    const { text } = await viewer.get(`/admin/audit?actor=${admin.name}&subject=${id}`)
    expect(text).toContain('Receipt revoked')
    expect(text).toContain('127.0.0.1')
    expect(text).toContain('For the audit')
    expect(text.match(/<th scope="row">/g)).toHaveLength(1)
    const changed = await viewer.get('/admin/audit?action=api_key.update')
    expect(changed.text).toMatch(/<del>.*none.*<\/del>.*<ins>.*777.*<\/ins>/)
    const none = await viewer.get('/admin/audit?actor=nobody')
    expect(none.text).toContain('No entry fits')
  })

  test('the audit is exported whole, by the same filters, a line of JSON each', async () => {
    // More than one part of 1,000, several in the same millisecond.
    await portal.ctx.db.run(
      `insert into audit_entries (id, at, actor, action, subject, address, after)
        select gen_random_uuid(), '2026-03-01'::timestamptz + (n / 7) * interval '1 ms', 'filler', 'api_key.update',
          'key_filled', '192.0.2.7', jsonb_build_object('n', n) from generate_series(1, 2500) n`,
      [],
    )
    const answer = await viewer.get(
      '/admin/audit.ndjson?actor=filler&from=2026-03-01&to=2026-03-01',
    )
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-.*\.ndjson"$/,
    )
    expect(answer.headers.get('content-length')).toBeNull()
    const lines = answer.text.trimEnd().split('\n')
    const entries = lines.map(
      (line) => JSON.parse(line) as { after: { n: number }; address: string },
    )
    expect(new Set(entries.map((entry) => entry.after.n)).size).toBe(2_500)
    expect(lines).toHaveLength(2_500)
    expect(entries[0]!.address).toBe('192.0.2.7')
    const all = (await viewer.get('/admin/audit.ndjson')).text.trimEnd().split('\n')
    expect(all.length).toBeGreaterThan(2_500)
    expect((await viewer.get('/admin/audit.ndjson?actor=nobody')).text).toBe('')
    const head = await ask(portal, '/admin/audit.ndjson', {
      method: 'HEAD',
      headers: { cookie: viewer.cookie },
    })
    expect([head.status, head.text]).toEqual([200, ''])
  })
})
