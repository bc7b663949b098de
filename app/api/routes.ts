import type { Handler } from './request.ts'
import * as apiKeys from './admin-api-keys.ts'
import * as issuers from './admin-issuers.ts'
import * as receipts from './admin-receipts.ts'
import * as records from './admin-records.ts'
import * as signingKeys from './admin-signing-keys.ts'
import * as ingestion from './ingestion.ts'
import { getOpenApi } from './openapi.ts'
import * as verification from './verification.ts'
import * as images from './link-images.ts'

/** Who may ask: anybody (readable from any page), the holder of an API key, or an admin. */
type Access = 'public' | 'key' | 'admin'
type Route = readonly [
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  access: Access,
  handler: Handler,
]

/** Every URL that is not a page. */
export const ROUTES: readonly Route[] = [
  ['POST', '/v1/receipts', 'key', ingestion.postReceipt],
  ['POST', '/v1/receipts/batch', 'key', ingestion.postBatch],
  ['POST', '/v1/reservations', 'key', ingestion.postReservation],
  ['DELETE', '/v1/reservations/:id', 'key', ingestion.deleteReservation],
  ['GET', '/v1/usage', 'key', ingestion.getUsage],

  ['GET', '/v1/receipts/:id', 'public', verification.getReport],
  ['GET', '/v1/receipts/:id/receipt', 'public', verification.getReceipt],
  ['GET', '/v1/receipts/:id/bundle', 'public', verification.getBundle],
  ['GET', '/v1/receipts/:id/proof', 'public', verification.getProof],
  ['GET', '/v1/receipts/:id/content', 'public', verification.getContent],
  ['POST', '/v1/verify', 'public', verification.postVerify],
  ['GET', '/v1/lookup/:prefix', 'public', verification.getLookup],
  ['GET', '/v1/issuers/:slug', 'public', verification.getIssuer],
  ['GET', '/v1/issuers/:slug/jwks.json', 'public', verification.getIssuerJwks],
  ['GET', '/.well-known/jwks.json', 'public', verification.getJwks],
  ['GET', '/r/:id/badge.svg', 'public', images.getBadge],
  ['GET', '/r/:id/qr.svg', 'public', images.getQrCode],
  ['GET', '/openapi.json', 'public', getOpenApi],

  ['POST', '/v1/admin/issuers', 'admin', issuers.postIssuer],
  ['GET', '/v1/admin/issuers', 'admin', issuers.listIssuers],
  ['GET', '/v1/admin/issuers/:slug', 'admin', issuers.getIssuer],
  ['PATCH', '/v1/admin/issuers/:slug', 'admin', issuers.patchIssuer],
  ['POST', '/v1/admin/issuers/:slug/signing-keys', 'admin', signingKeys.postSigningKey],
  [
    'POST',
    '/v1/admin/issuers/:slug/signing-keys/:kid/retire',
    'admin',
    signingKeys.retireSigningKey,
  ],
  [
    'POST',
    '/v1/admin/issuers/:slug/signing-keys/:kid/revoke',
    'admin',
    signingKeys.revokeSigningKey,
  ],
  ['POST', '/v1/admin/issuers/:slug/api-keys', 'admin', apiKeys.postApiKey],
  ['GET', '/v1/admin/api-keys', 'admin', apiKeys.listApiKeys],
  ['PATCH', '/v1/admin/api-keys/:id', 'admin', apiKeys.patchApiKey],
  ['DELETE', '/v1/admin/api-keys/:id', 'admin', apiKeys.deleteApiKey],
  ['POST', '/v1/admin/api-keys/:id/rotate', 'admin', apiKeys.postRotation],
  ['GET', '/v1/admin/usage', 'admin', records.getUsageAll],
  ['GET', '/v1/admin/audit', 'admin', records.listAudit],
  ['POST', '/v1/admin/receipts/:id/revoke', 'admin', receipts.postReceiptRevocation],
  ['DELETE', '/v1/admin/receipts/:id/content', 'admin', receipts.deleteContent],
]

interface Found {
  access: Access
  handler: Handler
  params: Record<string, string>
}

interface Node {
  next: Map<string, Node>
  any: { name: string; node: Node } | null
  methods: Map<string, { access: Access; handler: Handler }>
}

const newNode = (): Node => ({ next: new Map(), any: null, methods: new Map() })

/** Reads the table once; answers by walking a path's segments. */
export function createRouter(routes: readonly Route[]) {
  const root = newNode()
  for (const [method, path, access, handler] of routes) {
    let node = root
    for (const segment of path.split('/').slice(1)) {
      if (segment.startsWith(':')) {
        node.any ??= { name: segment.slice(1), node: newNode() }
        node = node.any.node
      } else {
        if (!node.next.has(segment)) node.next.set(segment, newNode())
        node = node.next.get(segment)!
      }
    }
    node.methods.set(method, { access, handler })
  }

  /** `allow` lists the methods where the path exists and the method doesn't. */
  return function findRoute(
    method: string,
    path: string,
  ): Found | { allow: string[]; access: Access } | null {
    let node = root
    const params: Record<string, string> = {}
    for (const segment of path.split('/').slice(1)) {
      const exact = node.next.get(segment)
      if (exact !== undefined) {
        node = exact
      } else if (node.any !== null && segment !== '') {
        const value = decodeSegment(segment)
        if (value === null) return null
        params[node.any.name] = value
        node = node.any.node
      } else {
        return null
      }
    }
    const route = node.methods.get(method === 'HEAD' ? 'GET' : method)
    if (route !== undefined) return { params, ...route }
    if (node.methods.size === 0) return null
    const allow = [...node.methods.keys()].flatMap((name) =>
      name === 'GET' ? ['GET', 'HEAD'] : [name],
    )
    return { allow, access: [...node.methods.values()][0]!.access }
  }
}

function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
