import { prefersJson } from '../web/accept.ts'
import type { Handler } from '../web/handler.ts'
import { BATCH_BODY_BYTES_MAX, RECEIPT_BODY_BYTES_MAX } from '../web/read-body.ts'
import { nothing } from '../web/router.ts'
import { FIVE_MINUTES, FOREVER, ONE_DAY, row, TEN_SECONDS, type Row } from '../web/row.ts'
import {
  forAdmin,
  keyed,
  metered,
  type AdminHandler,
  type KeyedHandler,
  type KeyedOptions,
} from './access.ts'
import { SCOPES_TO_POST } from '../services/api-keys/scopes.ts'
import * as apiKeys from './admin-api-keys.ts'
import * as issuers from './admin-issuers.ts'
import * as receipts from './admin-receipts.ts'
import * as records from './admin-records.ts'
import * as signingKeys from './admin-signing-keys.ts'
import { getHealth, getReadiness } from './health.ts'
import { repeatable } from './idempotency.ts'
import * as ingestion from './ingestion.ts'
import * as images from './link-images.ts'
import { getOpenApi } from './openapi.ts'
import * as verification from './verification.ts'

type Method = Row['method']
type Options = Partial<Pick<Row, 'cache' | 'isUnlisted' | 'bytesMax' | 'when'>>

const open = (method: Method, path: string, handler: Handler, options: Options = {}): Row =>
  row({ method, path, access: 'public', handler, ...options })

const withKey = (
  method: Method,
  path: string,
  handler: KeyedHandler,
  { bytesMax, ...options }: Pick<Options, 'bytesMax'> & KeyedOptions = {},
): Row =>
  row({
    method,
    path,
    access: 'key',
    handler: keyed(handler, options),
    isUnlisted: true,
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })

const withToken = (method: Method, path: string, handler: AdminHandler): Row =>
  row({
    method,
    path,
    access: 'admin',
    // The other methods may be repeated by their nature.
    handler: forAdmin(method === 'POST' ? repeatable(handler) : handler),
    isUnlisted: true,
  })

const POSTS = { ingests: true, scopes: SCOPES_TO_POST }
const ONE_RECEIPT = { ...POSTS, bytesMax: RECEIPT_BODY_BYTES_MAX }
const A_BATCH = { ...POSTS, bytesMax: BATCH_BODY_BYTES_MAX }
const SOON = { cache: TEN_SECONDS, isUnlisted: true }

/** The rows that the API's reference describes. */
export const API_ROUTES: readonly Row[] = [
  withKey('POST', '/v1/receipts', ingestion.postReceipt, ONE_RECEIPT),
  withKey('POST', '/v1/receipts/batch', ingestion.postBatch, A_BATCH),
  withKey('POST', '/v1/reservations', ingestion.postReservation),
  withKey('DELETE', '/v1/reservations/:id', ingestion.deleteReservation),
  withKey('GET', '/v1/usage', ingestion.getUsage),

  open('GET', '/v1/receipts/:id', verification.getReport, SOON),
  open('GET', '/v1/receipts/:id/receipt', verification.getReceipt, {
    cache: FOREVER,
    isUnlisted: true,
  }),
  open('GET', '/v1/receipts/:id/bundle', verification.getBundle, SOON),
  open('GET', '/v1/receipts/:id/proof', verification.getProof, SOON),
  open('GET', '/v1/receipts/:id/content', verification.getContent, SOON),
  open('POST', '/v1/verify', metered(verification.postVerify), {
    bytesMax: RECEIPT_BODY_BYTES_MAX,
    isUnlisted: true,
  }),
  open('GET', '/v1/lookup/:prefix', verification.getLookup, SOON),
  open('GET', '/v1/issuers/:slug', verification.getIssuer, SOON),
  open('GET', '/v1/issuers/:slug/jwks.json', verification.getIssuerJwks, SOON),
  open('GET', '/.well-known/jwks.json', verification.getJwks, { cache: TEN_SECONDS }),
  open('GET', '/r/:id/badge.svg', images.getBadge, { cache: ONE_DAY, isUnlisted: true }),
  open('GET', '/r/:id/qr.svg', images.getQrCode, { cache: ONE_DAY, isUnlisted: true }),
  open('GET', '/openapi.json', getOpenApi, { cache: FIVE_MINUTES }),

  withToken('POST', '/v1/admin/issuers', issuers.postIssuer),
  withToken('GET', '/v1/admin/issuers', issuers.listIssuers),
  withToken('GET', '/v1/admin/issuers/:slug', issuers.getIssuer),
  withToken('PATCH', '/v1/admin/issuers/:slug', issuers.patchIssuer),
  withToken('POST', '/v1/admin/issuers/:slug/signing-keys', signingKeys.postSigningKey),
  withToken(
    'POST',
    '/v1/admin/issuers/:slug/signing-keys/:kid/retire',
    signingKeys.retireSigningKey,
  ),
  withToken(
    'POST',
    '/v1/admin/issuers/:slug/signing-keys/:kid/revoke',
    signingKeys.revokeSigningKey,
  ),
  withToken('POST', '/v1/admin/issuers/:slug/api-keys', apiKeys.postApiKey),
  withToken('GET', '/v1/admin/api-keys', apiKeys.listApiKeys),
  withToken('PATCH', '/v1/admin/api-keys/:id', apiKeys.patchApiKey),
  withToken('DELETE', '/v1/admin/api-keys/:id', apiKeys.deleteApiKey),
  withToken('POST', '/v1/admin/api-keys/:id/rotate', apiKeys.postRotation),
  withToken('GET', '/v1/admin/usage', records.getUsageAll),
  withToken('GET', '/v1/admin/audit', records.listAudit),
  withToken('POST', '/v1/admin/receipts/:id/revoke', receipts.postReceiptRevocation),
  withToken('DELETE', '/v1/admin/receipts/:id/content', receipts.deleteContent),
]

/** Every URL that is not a page: the API, the verify link as JSON, health, and 404 for programs. */
export const API_ROWS: readonly Row[] = [
  ...API_ROUTES,
  open('GET', '/r/:id.json', verification.getReport, SOON),
  open('GET', '/r/:id', verification.getReport, { ...SOON, when: prefersJson }),
  open('GET', '/healthz', getHealth),
  open('GET', '/readyz', getReadiness),
  // A program that mistyped an address gets a problem in JSON with CORS, never a page.
  open('*', '/v1/*', nothing, { isUnlisted: true }),
  open('*', '/log/*', nothing),
  open('*', '/.well-known/*', nothing),
]
