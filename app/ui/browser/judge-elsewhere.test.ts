import { expect, test } from 'vitest'
import type { Bundle } from '#receipt/bundle.ts'
import type { Evidence } from '#receipt/evidence.ts'
import { judgeBundle } from './judge-elsewhere.ts'

const nothingFound: Evidence = {
  now: 0,
  reading: null,
  idExpected: null,
  key: { from: 'none' },
  signature: 'not-checked',
  issuerName: null,
  domainVerified: false,
  receivedAt: null,
  revocation: null,
  storedContent: { state: 'none' },
  log: null,
  given: null,
}

test('a bundle’s text and secret are part of what is judged, even an empty text', () => {
  const secret = new Uint8Array(32)
  const bundle: Bundle = { receipt: 'x', content: new Uint8Array(0), keys: [], secret }
  const { evidence, judgement } = judgeBundle(nothingFound, bundle)
  expect(evidence.given).toEqual({ content: bundle.content, secret })
  expect(judgement.outcomes.content).not.toBe('content_not_supplied')
})
