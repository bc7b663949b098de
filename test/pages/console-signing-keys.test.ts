import { beforeAll, expect, test } from 'vitest'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'
import { packSdk } from '../support/packed.ts'
import { makeKeyPair } from '../support/key-pair.ts'
import { makeFolder, runLines, textOf } from '../support/shown-lines.ts'
import { makeSigner, secondsNow, signProof } from '../support/signing.ts'
import { createIssuer, createService, postText, publishKey } from '../support/world.ts'

let admin: ConsoleClient
let viewer: ConsoleClient

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  admin = await openConsole(portal, 'admin')
  viewer = await openConsole(portal, 'viewer')
})

const newKeyOf = (slug: string): string => `/admin/issuers/${slug}/keys/new`

test('the shell lines on the page, run as they stand, make a proof that the portal takes', async () => {
  const slug = await createIssuer(portal)
  const page = (await admin.get(newKeyOf(slug))).text
  const blocks = [0, 1, 2].map((at) => textOf(page, `key-shell-${at}`))
  const [jwk, proof] = await runLines(await makeFolder(portal), blocks.join('\n'))
  const published = await admin.post(newKeyOf(slug), { jwk: jwk!, proof: `${proof!}\n` })
  expect([published.status, published.location]).toEqual([
    302,
    `/admin/issuers/${slug}?done=published`,
  ])
  expect((await viewer.get(published.location!)).text).toContain('The signing key is published')
})

test('the SDK’s line makes key and proof, and all that it printed goes into one field', async () => {
  const sdk = await packSdk()
  try {
    const folder = sdk.project
    const issuers = [await createIssuer(portal), await createIssuer(portal)]
    const line = async (slug: string) => textOf((await admin.get(newKeyOf(slug))).text, 'key-sdk')
    const printed = await runLines(folder, await line(issuers[0]!))
    const jwk = printed.join('\n')
    const alone = JSON.stringify({ jwk: (JSON.parse(jwk) as { jwk: object }).jwk })
    const refused = await admin.post(newKeyOf(issuers[0]!), { jwk: alone, proof: '' })
    expect(refused.text).toContain('Paste the proof.')
    // What an earlier try left in the other field doesn't stand in its way.
    const published = await admin.post(newKeyOf(issuers[0]!), { jwk, proof: 'an.older.one' })
    expect(published.status).toBe(302)

    const again = `${await line(issuers[0]!)} 2>&1 || true`
    expect((await runLines(folder, again)).join()).toContain('is there already. Leave out --new')

    const printedNext = (await runLines(folder, await line(issuers[1]!))).join('\n')
    const pem = await runLines(folder, `openssl pkey -in ${issuers[1]}-signing-key.pem -pubout`)
    const { proof } = JSON.parse(printedNext) as { proof: string }
    const byPem = await admin.post(newKeyOf(issuers[1]!), { jwk: pem.join('\n'), proof })
    expect(byPem.status).toBe(302)
  } finally {
    await sdk.remove()
  }
})

test('each refusal is said at its field, and what was typed stays', async () => {
  const slug = await createIssuer(portal)
  const signer = await makeSigner()
  const jwk = JSON.stringify(signer.jwk)
  const send = (fields: Record<string, string>) => admin.post(newKeyOf(slug), fields)
  const cases: [fields: Record<string, string>, field: string, says: RegExp][] = [
    [{ jwk: '', proof: 'x' }, 'jwk', /Paste the public key\./],
    [{ jwk, proof: '' }, 'proof', /Paste the proof\./],
    [{ jwk: 'hello', proof: 'x' }, 'jwk', /neither a JWK \(JSON\) nor a public key in PEM/],
    [{ jwk, proof: 'not.a.proof' }, 'proof', /This proof does not hold\./],
    [{ jwk, proof: await signProof(signer, 'another') }, 'proof', /Its iss must be/],
    [{ jwk, proof: await signProof(signer, slug, { aud: 'http://x.test' }) }, 'proof', /Its aud/],
    [
      { jwk, proof: await signProof(signer, slug, { iat: secondsNow() - 700 }) },
      'proof',
      /more than ten minutes old\. Make a new one/,
    ],
    [
      { jwk, proof: await signProof(await makeSigner(), slug) },
      'proof',
      /Its kid is not the thumbprint of this key\./,
    ],
    [
      { jwk: JSON.stringify({ ...signer.jwk, x: 'A'.repeat(43) }), proof: 'a.b.c' },
      'jwk',
      /This key can’t be used\./,
    ],
  ]
  for (const [fields, field, says] of cases) {
    const { status, text } = await send(fields)
    expect([400, 422]).toContain(status)
    const said = new RegExp(`id="[^"]*-${field}-error">([^<]*)<`).exec(text)?.[1]
    expect(said).toMatch(says)
    for (const typed of Object.values(fields))
      expect(text).toContain(typed.replaceAll('"', '&quot;'))
  }
  const elsewhere = await createService(portal)
  const taken = await send({
    jwk: JSON.stringify(elsewhere.signer.jwk),
    proof: await signProof(elsewhere.signer, slug),
  })
  expect(taken.text).toContain('This key is published already.')
})

test('a private key that was pasted is refused, and nothing of it comes back', async () => {
  const slug = await createIssuer(portal)
  const { privateKey, privateJwk: jwk } = makeKeyPair()
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  for (const secret of [pem, JSON.stringify(jwk)])
    for (const fields of [
      { jwk: secret, proof: '' },
      { jwk: secret, proof: 'a.b.c' },
      { jwk: '', proof: secret },
    ]) {
      const { status, text } = await admin.post(newKeyOf(slug), fields)
      expect([400, 422]).toContain(status)
      expect(text).not.toContain(jwk.d)
      expect(text).not.toContain(pem.split('\n')[1])
      if (fields.jwk === secret) expect(text).toContain('This is a private key.')
    }
  expect(portal.logged()).not.toContain(jwk.d)
})

const keyPage = (slug: string, kid: string): string => `/admin/issuers/${slug}/keys/${kid}`

test('a second key stands as next until its first receipt, and a retired one says why', async () => {
  const service = await createService(portal)
  const { slug, signer } = service
  await postText(portal, service, 'by the first key')
  const second = await publishKey(portal, slug)
  expect((await viewer.get(keyPage(slug, second.kid))).text).toContain('>next</span>')
  await postText(portal, { ...service, signer: second }, 'by the second key')
  expect((await viewer.get(keyPage(slug, second.kid))).text).toContain('>active</span>')
  const path = `${keyPage(slug, signer.kid)}/retire`
  expect((await admin.get(path)).text).toContain('1 receipt that it signed stay')
  const retired = await admin.post(path, { reason: 'Replaced by <b>another</b>' })
  expect(retired.location).toBe(`${keyPage(slug, signer.kid)}?done=retired`)
  const page = (await viewer.get(retired.location!)).text
  for (const shown of ['>retired</span>', 'Replaced by &lt;b&gt;another&lt;/b&gt;', admin.name])
    expect(page).toContain(shown)
  expect((await admin.get(path)).text).toContain('This key is retired already.')
})

test('a revocation is previewed for the chosen moment, and then does what the preview said', async () => {
  const service = await createService(portal)
  const { slug, signer } = service
  for (const text of ['one', 'two', 'three']) await postText(portal, service, text)
  await new Promise((resume) => setTimeout(resume, 20))
  const cut = new Date()
  await new Promise((resume) => setTimeout(resume, 20))
  await postText(portal, service, 'four')
  const path = `${keyPage(slug, signer.kid)}/revoke`
  const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '')
  const now = plain((await admin.get(path)).text)
  expect(now).toContain('4 receipts received before this moment stay valid; none will show')
  expect(now).toContain('the only key this issuer can sign with')
  const since = cut.toISOString().slice(0, -1)
  const preview = await admin.get(`${path}?since=${since}`)
  expect(plain(preview.text)).toMatch(
    /3 receipts received before \d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d UTC stay valid; 1 will show as revoked\./,
  )
  expect(preview.text).toContain(`<input type="hidden" name="since" value="${since}"/>`)
  // Asking changed nothing, and neither does a form without a reason.
  expect((await admin.post(path, { since })).text).toContain('Say why; everybody can read it.')
  expect((await viewer.get(keyPage(slug, signer.kid))).text).toContain('>active</span>')
  const revoked = await admin.post(path, { since, reason: 'A laptop was stolen.' })
  expect(revoked.location).toBe(`${keyPage(slug, signer.kid)}?done=revoked`)
  const page = plain((await viewer.get(revoked.location!)).text)
  expect(page).toMatch(/Receipts that stay valid3 receipts/)
  expect(page).toMatch(/Receipts revoked with it1 receipt/)
  expect(page).toContain('A laptop was stolen.')
  expect((await admin.get(path)).text).toContain('This key is revoked already.')
  expect((await admin.post(path, { reason: 'again' })).status).toBe(409)
})

test('a moment that is none, or is still to come, revokes nothing', async () => {
  const { slug, signer } = await createService(portal)
  const path = `${keyPage(slug, signer.kid)}/revoke`
  for (const since of ['yesterday', '2026-02-31T10:00', '2999-01-01T00:00', '1960-01-01T00:00']) {
    const page = await admin.get(`${path}?since=${since}`)
    expect(page.text).toContain('id="since-error"')
    expect(page.text).not.toContain('Revoke the key')
    expect((await admin.post(path, { since, reason: 'r' })).status).toBe(400)
  }
  expect((await viewer.get(keyPage(slug, signer.kid))).text).toContain('>active</span>')
})

test('revoking asks who is there once more when the sign-in is not fresh', async () => {
  const { slug, signer } = await createService(portal)
  const old = await openConsole(portal, 'admin')
  await portal.ctx.db.run(
    `update sessions set confirmed_at = confirmed_at - interval '11 minute' where admin = $1`,
    [old.admin],
  )
  const path = `${keyPage(slug, signer.kid)}/revoke`
  for (const answer of [await old.get(path), await old.post(path, { reason: 'r' })])
    expect([answer.status, answer.location?.split('?')[0]]).toEqual([302, '/admin/confirm'])
  expect((await viewer.get(keyPage(slug, signer.kid))).text).toContain('>active</span>')
})

test('an unknown signing key is a page that says so', async () => {
  const { slug } = await createService(portal)
  const other = await createService(portal)
  for (const path of [keyPage(slug, 'nothing'), keyPage(slug, other.signer.kid)])
    for (const act of ['', '/retire', '/revoke'])
      expect((await admin.get(path + act)).status).toBe(404)
})
