import { z } from 'zod'
import { bundle, issuer, jwks, lookup, report, verifyBody } from '../schemas/verification.ts'
import { EXAMPLE_ID, EXAMPLE_JWS, json, type RouteDoc } from './route-doc.ts'

const jws = z.string().openapi({ description: 'A compact JWS.', example: EXAMPLE_JWS })
const svg = z.string()
const bytes = z.string().openapi({ description: 'The exact bytes.' })

export const verificationDocs: Record<string, RouteDoc> = {
  'GET /v1/receipts/:id': {
    access: 'public',
    summary: 'Read a receipt’s report',
    description: 'Everything is computed again from the stored bytes.',
    answers: { 200: json('Verdict, checks and facts.', report) },
    problems: ['not_found'],
  },
  'GET /v1/receipts/:id/receipt': {
    access: 'public',
    summary: 'Read the receipt itself',
    answers: { 200: { description: 'As it was received.', content: { 'application/jose': jws } } },
    problems: ['not_found'],
  },
  'GET /v1/receipts/:id/bundle': {
    access: 'public',
    summary: 'Download what offline verification needs',
    answers: { 200: json('The bundle.', bundle) },
    problems: ['not_found'],
  },
  'GET /v1/receipts/:id/proof': {
    access: 'public',
    summary: 'Read the proof of inclusion in the log',
    description: 'This portal keeps no public log, so the answer is always 404.',
    answers: {},
    problems: ['not_found'],
  },
  'GET /v1/receipts/:id/content': {
    access: 'public',
    summary: 'Read the content, where it was made public',
    answers: {
      200: {
        description: 'The bytes that were signed.',
        content: { 'text/plain': bytes, 'application/octet-stream': bytes },
      },
    },
    problems: ['not_found', 'content_erased'],
  },
  'POST /v1/verify': {
    access: 'public',
    summary: 'Verify a receipt, an id or a bundle',
    description:
      'The answer is 200 whatever the verdict. Nothing is stored. A bundle with a secret is refused. A body with a bundle is read as strictly as a receipt: no name twice, whole numbers.',
    body: { schema: verifyBody, example: { receiptId: EXAMPLE_ID }, also: ['application/jose'] },
    answers: { 200: json('Verdict, checks and facts.', report) },
    problems: ['rate_limited'],
  },
  'GET /v1/lookup/:prefix': {
    access: 'public',
    summary: 'Find receipts by the beginning of their content’s digest',
    description:
      '5 to 16 hexadecimal characters of a SHA-256. Only findable receipts are found, the first 1,000 of them; `truncated` says that there are more, and a longer prefix finds fewer.',
    answers: {
      200: json('Those that begin so.', lookup, {
        matches: [{ digestHex: 'a3f5'.repeat(16), receiptId: EXAMPLE_ID }],
        truncated: false,
      }),
    },
    problems: ['invalid_request'],
  },
  'GET /v1/issuers/:slug': {
    access: 'public',
    summary: 'Read an issuer and its keys',
    answers: { 200: json('With every key it ever published.', issuer) },
    problems: ['not_found'],
  },
  'GET /v1/issuers/:slug/jwks.json': {
    access: 'public',
    summary: 'Read an issuer’s trusted keys',
    answers: { 200: json('Active and retired keys.', jwks) },
    problems: ['not_found'],
  },
  'GET /.well-known/jwks.json': {
    access: 'public',
    summary: 'Read all trusted keys',
    answers: { 200: json('Active and retired keys of every issuer.', jwks) },
    problems: [],
  },
  'GET /openapi.json': {
    access: 'public',
    summary: 'Read this description',
    answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
    problems: [],
  },
  'GET /r/:id/badge.svg': {
    access: 'public',
    summary: 'A badge that links to a receipt',
    description: 'It says “Verify this” and carries no verdict.',
    answers: { 200: { description: 'The badge.', content: { 'image/svg+xml': svg } } },
    problems: ['not_found'],
  },
  'GET /r/:id/qr.svg': {
    access: 'public',
    summary: 'The verify link as a QR code',
    answers: { 200: { description: 'The code.', content: { 'image/svg+xml': svg } } },
    problems: ['not_found'],
  },
}
