import { expect, test } from 'vitest'
import { signIn } from '#app/services/door/sign-in.ts'
import { freshVisitor } from '../support/admins.ts'
import { portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post } from '../support/world.ts'

const { portal } = portalTest()

test('receipts come in while a crowd of strangers tries passwords at once', async () => {
  const service = await createService(portal)
  const sign = (text: string) => signReceipt(service.signer, service.slug, text)
  const jws = await sign('During a rush.')
  expect((await post(portal, service.key.apiKey, await sign('Before.'))).status).toBe(201)

  let answered = 0
  const codes: string[] = []
  const rush = Array.from({ length: 140 }, async (_, i) => {
    const typed = { name: `stranger ${i}`, password: 'a wrong guess' }
    const outcome = await signIn(portal.ctx, freshVisitor(), typed)
    if (outcome.ok) throw new Error('a stranger came in')
    if (outcome.code === 'wrong') answered++
    codes.push(outcome.code)
  })
  // Until the first of them were judged, the others wait in one place or another.
  while (answered === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const before = answered
  expect((await post(portal, service.key.apiKey, jws)).status).toBe(201)
  expect(answered - before).toBeLessThan(10)
  await Promise.all(rush)
  expect(codes).toContain('too_many')
  expect(codes.filter((code) => code === 'wrong').length).toBeGreaterThan(50)
})
