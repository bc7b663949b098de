import { batch, batchResult, ingested, reservation } from '../schemas/ingestion.ts'
import { reservationBody, submission, usageReport } from '../schemas/ingestion.ts'
import { EXAMPLE_ID, EXAMPLE_JWS, EXAMPLE_TIME, json, type RouteDoc } from './route-doc.ts'

const usage = { used: 41, reserved: 0, cap: 10_000, resetsAt: '2026-12-01T00:00:00.000Z' }
const stored = {
  receiptId: EXAMPLE_ID,
  verifyUrl: `https://portal.example/r/${EXAMPLE_ID}`,
  mode: 'live',
  content: 'none',
  log: { state: 'off' },
  usage,
}

export const ingestionDocs: Record<string, RouteDoc> = {
  'POST /v1/receipts': {
    access: 'key',
    summary: 'Post a receipt',
    description:
      'Stored durably before the answer. The same receipt again is answered 200, counts and changes nothing.',
    body: { schema: submission, example: { receipt: EXAMPLE_JWS, visibility: 'private' } },
    answers: {
      200: json('This very receipt is stored already; nothing was counted.', ingested, stored),
      201: json('Stored. `Location` is the verify link.', ingested, stored),
    },
    problems: [
      'malformed_receipt',
      'cap_exceeded',
      'issuer_mismatch',
      'scope_missing',
      'job_conflict',
      'mode_conflict',
      'id_collision',
      'unknown_signing_key',
      'signing_key_retired',
      'signing_key_revoked',
      'invalid_signature',
      'issued_in_future',
      'content_mismatch',
      'content_not_checkable',
    ],
  },
  'POST /v1/receipts/batch': {
    access: 'key',
    summary: 'Post up to 1,000 receipts',
    description:
      'Each stands or falls alone; the answers are in the order of the receipts. The cap is filled exactly, in order.',
    body: { schema: batch, example: { receipts: [{ receipt: EXAMPLE_JWS }] } },
    answers: {
      200: json('What became of each.', batchResult, {
        results: [
          {
            status: 201,
            result: {
              receiptId: EXAMPLE_ID,
              verifyUrl: stored.verifyUrl,
              content: 'none',
              log: { state: 'off' },
            },
          },
        ],
        usage,
      }),
    },
    problems: ['scope_missing'],
  },
  'POST /v1/reservations': {
    access: 'key',
    summary: 'Reserve places under the cap',
    description: 'So that 402 comes before an answer is paid for, not after.',
    body: { schema: reservationBody, example: { count: 1, ttlSeconds: 600 } },
    answers: {
      201: json('Held until used, released, expired or the month’s end.', reservation, {
        reservation: 'rsv_4ZxW9cPq0LmN7sTb2Kd1Yv',
        count: 1,
        expiresAt: EXAMPLE_TIME,
        usage: { ...usage, reserved: 1 },
      }),
    },
    problems: ['cap_exceeded'],
  },
  'DELETE /v1/reservations/:id': {
    access: 'key',
    summary: 'Release a reservation',
    answers: { 204: { description: 'What was left of it is free again.' } },
    problems: ['not_found'],
  },
  'GET /v1/usage': {
    access: 'key',
    summary: 'Read this month’s usage',
    answers: { 200: json('The counter.', usageReport, { period: '2026-11-01', ...usage }) },
    problems: [],
  },
}
