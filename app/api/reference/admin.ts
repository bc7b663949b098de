import * as s from '../schemas/admin.ts'
import { issuer, signingKey } from '../schemas/verification.ts'
import { EXAMPLE_ID, EXAMPLE_TIME, json, type RouteDoc } from './route-doc.ts'

const summaryExample = {
  slug: 'acme',
  name: 'ACME',
  url: 'https://acme.example',
  domainVerified: false,
  createdAt: EXAMPLE_TIME,
}
const issuerExample = { ...summaryExample, keys: [] }
const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
const keyExample = {
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  jwk,
  state: 'active',
  publishedAt: EXAMPLE_TIME,
  retiredAt: null,
  revokedAt: null,
  compromisedSince: null,
  reason: null,
}
const apiKeyExample = {
  id: 'key_8fK2mQ0z',
  issuer: 'acme',
  name: 'chat, production',
  mode: 'live',
  scopes: ['post'],
  cap: 10_000,
  ratePerSecond: null,
  createdAt: EXAMPLE_TIME,
  expiresAt: null,
  revokedAt: null,
  previousExpiresAt: null,
}
const withSecret = { ...apiKeyExample, apiKey: 'cfl_live_8fK2mQ0z_…' }

export const adminDocs: Record<string, RouteDoc> = {
  'POST /v1/admin/issuers': {
    access: 'admin',
    summary: 'Create an issuer',
    description: 'A name that can be mistaken for another issuer’s is refused.',
    body: {
      schema: s.newIssuer,
      example: { slug: 'acme', name: 'ACME', url: 'https://acme.example' },
    },
    answers: { 201: json('Created.', issuer, issuerExample) },
    problems: ['slug_taken', 'name_confusable'],
  },
  'GET /v1/admin/issuers': {
    access: 'admin',
    summary: 'List issuers',
    query: s.issuerQuery,
    answers: {
      200: json('In order of slug.', s.issuerPage, { items: [summaryExample], next: null }),
    },
    problems: [],
  },
  'GET /v1/admin/issuers/:slug': {
    access: 'admin',
    summary: 'Read an issuer',
    answers: { 200: json('With its keys.', issuer, issuerExample) },
    problems: ['not_found'],
  },
  'PATCH /v1/admin/issuers/:slug': {
    access: 'admin',
    summary: 'Change an issuer’s name or address',
    body: { schema: s.issuerChange, example: { name: 'ACME Labs' } },
    answers: { 200: json('As it is now.', issuer, { ...issuerExample, name: 'ACME Labs' }) },
    problems: ['not_found', 'name_confusable'],
  },
  'POST /v1/admin/issuers/:slug/signing-keys': {
    access: 'admin',
    summary: 'Publish a signing key',
    description:
      'With proof that its private half is held: a JWS by the key itself, at most ten minutes old.',
    body: { schema: s.newSigningKey, example: { jwk, proof: 'eyJhbGciOiJFZDI1NTE5Iiwi….….…' } },
    answers: { 201: json('Published.', signingKey, keyExample) },
    problems: ['not_found', 'key_taken', 'private_key_sent', 'weak_key', 'invalid_proof'],
  },
  'POST /v1/admin/issuers/:slug/signing-keys/:kid/retire': {
    access: 'admin',
    summary: 'Retire a signing key',
    description: 'Receipts it signed before stay valid. Retiring twice changes nothing.',
    body: { schema: s.retirement, example: { reason: 'Yearly change of keys' }, optional: true },
    answers: {
      200: json('Retired.', signingKey, {
        ...keyExample,
        state: 'retired',
        retiredAt: EXAMPLE_TIME,
        reason: 'Yearly change of keys',
      }),
    },
    problems: ['not_found', 'already_revoked'],
  },
  'POST /v1/admin/issuers/:slug/signing-keys/:kid/revoke': {
    access: 'admin',
    summary: 'Revoke a signing key',
    body: {
      schema: s.keyRevocation,
      example: { reason: 'The private key leaked', compromisedSince: EXAMPLE_TIME },
    },
    answers: {
      200: json('Revoked.', signingKey, {
        ...keyExample,
        state: 'revoked',
        revokedAt: EXAMPLE_TIME,
        reason: 'The private key leaked',
      }),
    },
    problems: ['not_found', 'already_revoked'],
  },
  'POST /v1/admin/issuers/:slug/api-keys': {
    access: 'admin',
    summary: 'Create an API key',
    description: 'Without `scopes` it may `post`. Scopes can’t be changed later.',
    body: {
      schema: s.newApiKey,
      example: { name: 'chat, production', mode: 'live', cap: 10_000 },
    },
    answers: {
      201: json('Created; the secret is shown this once.', s.apiKeyWithSecret, withSecret),
    },
    problems: ['not_found'],
  },
  'GET /v1/admin/api-keys': {
    access: 'admin',
    summary: 'List API keys',
    query: s.apiKeyQuery,
    answers: { 200: json('In order of id.', s.apiKeyPage, { items: [apiKeyExample], next: null }) },
    problems: [],
  },
  'PATCH /v1/admin/api-keys/:id': {
    access: 'admin',
    summary: 'Change an API key’s name, cap or rate',
    description: 'Acts on the next request.',
    body: { schema: s.apiKeyChange, example: { cap: 20_000 } },
    answers: { 200: json('As it is now.', s.apiKey, { ...apiKeyExample, cap: 20_000 }) },
    problems: ['not_found', 'already_revoked'],
  },
  'DELETE /v1/admin/api-keys/:id': {
    access: 'admin',
    summary: 'Revoke an API key',
    description: 'Acts on the next request. Its receipts stay. Revoking twice changes nothing.',
    answers: { 204: { description: 'Revoked.' } },
    problems: ['not_found'],
  },
  'POST /v1/admin/api-keys/:id/rotate': {
    access: 'admin',
    summary: 'Give an API key a new secret',
    description: 'Id, cap and counter stay. The old secret works until the overlap ends.',
    body: { schema: s.rotation, example: { overlapHours: 24 } },
    answers: {
      200: json('The new secret, this once.', s.apiKeyWithSecret, {
        ...withSecret,
        previousExpiresAt: EXAMPLE_TIME,
      }),
    },
    problems: ['not_found', 'already_revoked'],
  },
  'GET /v1/admin/usage': {
    access: 'admin',
    summary: 'Read what each API key used in each month',
    description: '`from` and `to` are dates; the months they lie in are both included.',
    query: s.usageQuery,
    answers: {
      200: json('In order of month and API key.', s.usagePage, {
        items: [
          {
            apiKey: 'key_8fK2mQ0z',
            name: 'chat, production',
            issuer: 'acme',
            mode: 'live',
            period: '2026-11-01',
            used: 41,
            reserved: 0,
            cap: 10_000,
          },
        ],
        next: null,
      }),
    },
    problems: [],
  },
  'GET /v1/admin/audit': {
    access: 'admin',
    summary: 'Read who changed what, and when',
    query: s.auditQuery,
    answers: {
      200: json('Newest first.', s.auditPage, {
        items: [
          {
            id: '6f1c0f0e-3f0a-4c43-9d5e-0f6a1f2b3c4d',
            at: EXAMPLE_TIME,
            actor: 'admin-token',
            address: '192.0.2.7',
            action: 'api_key.update',
            subject: 'key_8fK2mQ0z',
            requestId: 'Hk3xq0ZrT1mVbN8s',
            before: apiKeyExample,
            after: { ...apiKeyExample, cap: 20_000 },
          },
        ],
        next: null,
      }),
    },
    problems: [],
  },
  'POST /v1/admin/receipts/:id/revoke': {
    access: 'admin',
    summary: 'Revoke a receipt',
    description: 'Final; the reason is shown to everybody.',
    body: { schema: s.receiptRevocation, example: { reason: 'Sent to the wrong customer' } },
    answers: {
      200: json('Revoked.', s.revokedReceipt, {
        receiptId: EXAMPLE_ID,
        revokedAt: EXAMPLE_TIME,
        reason: 'Sent to the wrong customer',
      }),
    },
    problems: ['not_found', 'already_revoked'],
  },
  'DELETE /v1/admin/receipts/:id/content': {
    access: 'admin',
    summary: 'Erase a receipt’s content',
    description:
      'The receipt and its verdict stay. Erasing twice changes nothing. Backups keep the bytes until they are deleted; so do the database’s files and its write-ahead log for a while, which the README (“Erasure”) says how to shorten.',
    answers: { 204: { description: 'Erased.' } },
    problems: ['not_found'],
  },
}
