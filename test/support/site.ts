import { breakIn, type Intruder } from './tamper.ts'
import { startVisitor, type Visitor } from './browser.ts'
import type { BrokenLink } from './broken-link.ts'
import type { Portal } from './portal.ts'
import { given, linkedPortalTest } from './portal-test.ts'
import { signReceipt } from './signing.ts'
import { createService, post, publishKey, type Service } from './world.ts'

/** A portal with its built pages, somebody who visits it, and ways to harm it. */
export interface Site {
  portal: Portal
  visitor: Visitor
  intruder: Intruder
  /** Between portal and database. */
  link: BrokenLink
  service: Service
  /** Posts a receipt for a public text, and gives its id. */
  publish: (text: string, claims?: object, service?: Service) => Promise<string>
}

/** For a whole test file; it needs a build. */
export function siteTest(): Site {
  const { portal, db, link } = linkedPortalTest({ pages: true })
  const visitor = given(
    () => startVisitor(portal),
    (one) => one.leave(),
  )
  const service = given(() => createService(portal))
  const intruder = given(() => breakIn(db.sql))
  return {
    portal,
    visitor,
    intruder,
    link,
    service,
    publish: async (text, claims = {}, by = service) => {
      const jws = await signReceipt(by.signer, by.slug, text, claims)
      const more = { content: { text }, visibility: 'public' }
      const answer = await post(portal, by.key.apiKey, jws, more)
      if (answer.status !== 201) throw new Error(answer.text)
      return answer.body.receiptId
    },
  }
}

export const TEXT = 'The café opens at nine.\nIt closes at five, also on Saturdays.\n'

/** A receipt for every verdict that a stored receipt can have, by verdict. */
export async function publishVerdicts(site: Site): Promise<Record<string, string>> {
  const { portal, service, publish, intruder } = site
  const withNewKey = async () => ({ ...service, signer: await publishKey(portal, service.slug) })
  const claims = { model: 'desk-2', provider: 'The library', outcome: { status: 'complete' } }
  const valid = await publish(TEXT, { ...claims, meta: { ticket: '1041' } })

  const old = await withNewKey()
  const retired = await publish('Signed by last year’s key.', claims, old)
  const keys = `/v1/admin/issuers/${service.slug}/signing-keys`
  await portal.admin('POST', `${keys}/${old.signer.kid}/retire`, { reason: 'replaced' })

  const partial = await publish('It was built by the Romans in the', {
    outcome: { status: 'partial', end: 'aborted' },
  })

  const revoked = await publish('Open from nine to five.', claims)
  const reason = 'The opening hours were out of date.'
  await portal.admin('POST', `/v1/admin/receipts/${revoked}/revoke`, { reason })

  const invalid = await publish('This text will be changed.', claims)
  await intruder.flipBit('content', invalid, 3)

  const gone = await withNewKey()
  const unknown = await publish('Its key will be gone.', claims, gone)
  await intruder.sql`DELETE FROM signing_keys WHERE kid = ${gone.signer.kid}`

  const test = await createService(portal, { mode: 'test' })
  const tested = await publish('Only a test.', claims, test)
  portal.advance(1_001)
  return {
    valid,
    'valid-key-retired': retired,
    partial,
    revoked,
    invalid,
    'unknown-issuer': unknown,
    'not-found': `rec_${'0'.repeat(32)}`,
    test: tested,
  }
}
