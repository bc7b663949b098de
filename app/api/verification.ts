import { Buffer, isUtf8 } from 'node:buffer'
import { readBundle } from '#receipt/bundle.ts'
import { decodeBase64url } from '#receipt/bytes.ts'
import { parseReceiptId } from '#receipt/id.ts'
import { readBase64 } from '../values/bytes.ts'
import { finishOnce } from '../web/finished.ts'
import { etagOf } from '../web/node-server.ts'
import { bytesReply, jsonReply, type Reply } from '../web/reply.ts'
import { SANDBOXED } from '../web/security-headers.ts'
import { listTrustedKeys, findPublicIssuer } from '../services/issuers/find-issuer.ts'
import { viewOfNothing, viewReceipt } from '../services/verify/find-receipt.ts'
import {
  lookUpDigest,
  openBundle,
  openContent,
  openReceipt,
  type PortalBundle,
} from '../services/verify/open-receipt.ts'
import { readReceiptState } from '../services/verify/receipt-state.ts'
import { verifyReceipt } from '../services/verify/verify-receipt.ts'
import { readContent } from './content.ts'
import { readJson, VERIFY_RULES } from './request.ts'
import { mediaType, refuseBody } from '../web/body-type.ts'
import { refuse, type HttpRequest, type Handler } from '../web/handler.ts'
import { verifyBody } from './schemas/verification.ts'

/** `GET /v1/receipts/<id>`, and the JSON of `/r/<id>`. */
export const getReport: Handler = async (request, ctx, params) => {
  const state = await readReceiptState(ctx, params.id!)
  if (state === null) {
    const { receiptId, verdict, checks } = viewOfNothing(ctx, params.id!).report
    const detail =
      parseReceiptId(params.id!) === null
        ? 'This is not a receipt id: one is “rec_” and 32 lower-case letters and digits.'
        : 'There is no receipt of this id here yet. One that its service is still sending appears a little later.'
    return refuse(request, 'not_found', { detail, members: { receiptId, verdict, checks } })
  }
  const { report } = await viewReceipt(ctx, state)
  return finishedReply(report)
}

const JSON_TYPE = 'application/json; charset=utf-8'

const jsonOnce = finishOnce((value: object) => JSON.stringify(value))

/** The JSON of an object that services give again while nothing has changed. */
function finishedReply(value: object): Reply {
  const { body, etag } = jsonOnce(value)
  return bytesReply(JSON_TYPE, body, { etag })
}

/** `GET /v1/receipts/<id>/receipt`: these bytes never change. */
export const getReceipt: Handler = async (request, ctx, params) => {
  const jws = await openReceipt(ctx, params.id!)
  return jws === null ? refuse(request, 'not_found') : bytesReply('application/jose', jws)
}

/** `GET /v1/receipts/<id>/bundle` */
export const getBundle: Handler = async (request, ctx, params) => {
  const bundle = await openBundle(ctx, params.id!)
  if (bundle === null) return refuse(request, 'not_found')
  // The receipt's own digest names the content, which may be long.
  const etag = etagOf(JSON.stringify(Object.assign({}, bundle, { content: 'content' in bundle })))
  return bytesReply(JSON_TYPE, bundleJson(bundle), {
    etag,
    'content-disposition': `attachment; filename="${params.id!}.bundle.json"`,
  })
}

/** Base64 needs no escaping, which would take most of the time of a long bundle. */
function bundleJson(bundle: PortalBundle): Uint8Array {
  const { content } = bundle
  if (content === undefined || 'text' in content) return Buffer.from(JSON.stringify(bundle))
  const shell = JSON.stringify(Object.assign({}, bundle, { content: { base64: '' } }))
  return Buffer.from(shell.replace('"base64":""', () => `"base64":"${content.base64}"`))
}

/** `GET /v1/receipts/<id>/proof`: without a public log no receipt has a proof. */
export const getProof: Handler = async (request, ctx, params) => {
  const jws = await openReceipt(ctx, params.id!)
  if (jws === null) return refuse(request, 'not_found')
  const detail = 'This portal keeps no public log, so no receipt has a proof here.'
  return refuse(request, 'not_found', { detail })
}

/** `GET /v1/receipts/<id>/content`: its type is never one that a browser would run or render. */
export const getContent: Handler = async (request, ctx, params) => {
  const opened = await openContent(ctx, params.id!)
  if (opened.kind === 'erased') return refuse(request, 'content_erased')
  if (opened.kind === 'none') {
    const detail = 'No content of this receipt is public here.'
    return refuse(request, 'not_found', { detail })
  }
  const isText = isUtf8(opened.bytes)
  return bytesReply(
    isText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    opened.bytes,
    {
      etag: `"${opened.digest}"`,
      'content-security-policy': SANDBOXED,
      'content-disposition': `attachment; filename="${params.id!}${isText ? '.txt' : '.bin'}"`,
    },
  )
}

const ADMISSION_MS = 4

/** `POST /v1/verify`: every verdict is a 200; the portal stores nothing. */
export const postVerify: Handler = async (request, ctx) => {
  const refused = refuseBody(request, ['application/json', 'application/jose'])
  if (refused !== null) return refused
  if (mediaType(request) === 'application/jose') return verifyJose(request, ctx)
  const read = await readJson(request, verifyBody, VERIFY_RULES)
  if (!read.ok) return read.reply
  const { receipt, receiptId, bundle, content, contentDigest } = read.value

  const startedAt = performance.now()
  const bundled = bundle === undefined ? null : readBundle(bundle, readBase64)
  if (bundled !== null && !bundled.ok) {
    return invalid(request, { pointer: `/bundle${bundled.pointer}`, message: bundled.message })
  }
  if (bundled?.bundle.secret != null) {
    return invalid(request, {
      pointer: '/bundle/secret',
      message:
        'A secret is never sent to the portal; open the verify link in a browser, which checks it there.',
    })
  }
  const bytes = content === undefined ? null : readContent(content)
  if (bytes !== null && !bytes.ok) return invalid(request, bytes)
  const digest = contentDigest === undefined ? null : decodeBase64url(contentDigest)
  if (contentDigest !== undefined && digest === null) {
    return invalid(request, { pointer: '/contentDigest', message: 'Is not canonical base64url.' })
  }
  request.spentMs += performance.now() - startedAt
  // A key of a bundle is admitted by the core, which takes that long.
  if (bundled !== null && bundled.bundle.keys.length > 0) request.spentMs += ADMISSION_MS
  // A copy or a digest that was given beside a bundle is the question, and not the bundle's own text.
  const given = bytes?.bytes ?? (digest === null ? (bundled?.bundle.content ?? null) : null)
  const asked =
    receiptId !== undefined
      ? { receiptId }
      : { receipt: receipt ?? bundled!.bundle.receipt, keys: bundled?.bundle.keys ?? [] }
  const report = await verifyReceipt(
    ctx,
    asked,
    given !== null ? { content: given, payer: request } : digest !== null ? { digest } : null,
  )
  return jsonReply(200, report)
}

async function verifyJose(request: HttpRequest, ctx: Parameters<Handler>[1]): Promise<Reply> {
  const body = await request.readBody()
  if (body === null) return refuse(request, 'payload_too_large')
  // Latin-1 makes each byte a character of its own, so that an invalid byte stays invalid.
  const receipt = Buffer.from(body).toString('latin1')
  return jsonReply(200, await verifyReceipt(ctx, { receipt, keys: [] }, null))
}

const invalid = (request: HttpRequest, error: { pointer: string; message: string }): Reply =>
  refuse(request, 'invalid_request', {
    errors: [{ pointer: error.pointer, message: error.message }],
    detail: `${error.pointer}: ${error.message}`,
  })

/** `GET /v1/lookup/<prefix>` */
export const getLookup: Handler = async (request, ctx, params) => {
  const prefix = params.prefix!
  if (!/^[0-9a-f]{5,16}$/.test(prefix)) {
    return invalid(request, {
      pointer: '/prefix',
      message: 'Must be 5 to 16 lower-case hexadecimal characters.',
    })
  }
  return jsonReply(200, await lookUpDigest(ctx, prefix))
}

/** `GET /.well-known/jwks.json` */
export const getJwks: Handler = async (_request, ctx) =>
  finishedReply((await listTrustedKeys(ctx))!)

const refuseIssuer = (request: HttpRequest): Reply =>
  refuse(request, 'not_found', { detail: 'This portal knows no issuer of that slug.' })

/** `GET /v1/issuers/<slug>` */
export const getIssuer: Handler = async (request, ctx, params) => {
  const issuer = await findPublicIssuer(ctx, params.slug!)
  return issuer === null ? refuseIssuer(request) : finishedReply(issuer)
}

/** `GET /v1/issuers/<slug>/jwks.json` */
export const getIssuerJwks: Handler = async (request, ctx, params) => {
  const issuer = await findPublicIssuer(ctx, params.slug!)
  if (issuer === null) return refuseIssuer(request)
  return finishedReply((await listTrustedKeys(ctx, params.slug))!)
}
