import type { ApiKeyHolder } from '../services/api-keys/api-key.ts'
import type { UsageRow } from '../services/ingest/reserve-cap.ts'
import { problemBody, type ProblemExtras } from '../web/problem.ts'
import { jsonReply, type Reply } from '../web/reply.ts'
import type { Ctx } from '../context.ts'
import { LOG, verifyUrl } from '../services/verify/build-report.ts'
import { countRefusal } from '../services/ingest/count-refusals.ts'
import {
  ingestReceipts,
  type Ingested,
  type Submission,
} from '../services/ingest/ingest-receipts.ts'
import { readUsage } from '../services/api-keys/read-usage.ts'
import { releaseReservation, reserveCap } from '../services/ingest/reserve-cap.ts'
import { readContent } from './content.ts'
import type { KeyedHandler } from './access.ts'
import { presentUsage } from './present.ts'
import { BATCH_RULES, checkShape, listErrors, readJson, readOptionalJson } from './request.ts'
import { refuse, type HttpRequest } from '../web/handler.ts'
import { batch, reservationBody, submission } from './schemas/ingestion.ts'

/** `POST /v1/receipts` */
export const postReceipt: KeyedHandler = async (request, ctx, _params, key) => {
  const read = await readJson(request, submission)
  if (!read.ok) return read.reply
  const ready = readSubmission(read.value)
  if (!ready.ok)
    return refuse(request, 'invalid_request', {
      errors: [ready.error],
      detail: describe(ready.error),
    })
  const [ingested] = await ingestReceipts(ctx, key, [ready.submission])
  return presentIngested(request, ctx, key, ingested!)
}

/** `POST /v1/receipts/batch`: a refused item does not stop the other items. */
export const postBatch: KeyedHandler = async (request, ctx, _params, key) => {
  const read = await readJson(request, batch, BATCH_RULES)
  if (!read.ok) return read.reply
  const items = read.value.receipts.map((item) => {
    const shaped = checkShape(submission, item)
    if (!shaped.success) return { ok: false as const, errors: listErrors(shaped.error) }
    const ready = readSubmission(shaped.data)
    return ready.ok ? ready : { ok: false as const, errors: [ready.error] }
  })
  const accepted = items.flatMap((item) => (item.ok ? [item.submission] : []))
  const outcomes = (await ingestReceipts(ctx, key, accepted)).values()
  const results = items.map((item) => {
    if (!item.ok) {
      const [error] = item.errors
      const body = problemBody(request, 'invalid_request', {
        errors: item.errors,
        ...(error && { detail: describe(error) }),
      })
      return { status: 400, problem: body }
    }
    return presentItem(request, ctx, key, outcomes.next().value!)
  })
  const usage = await readUsage(ctx, key.id)
  for (const { problem } of results) if (problem) countRefusal(ctx, key.id, problem.code)
  return jsonReply(200, { results, usage: presentUsage(usage) })
}

/** `POST /v1/reservations` */
export const postReservation: KeyedHandler = async (request, ctx, _params, key) => {
  const read = await readOptionalJson(request, reservationBody)
  if (!read.ok) return read.reply
  const { reservation, expiresAt, usage } = await reserveCap(ctx, key.id, read.value)
  if (expiresAt === null) {
    const free = Math.max(0, (usage.cap ?? 0) - usage.used - usage.reserved)
    const detail = `${read.value.count} places were asked for, and ${free} of ${usage.cap ?? 0} are free.`
    return refuse(request, 'cap_exceeded', { ...capExtras(ctx, key, usage), detail })
  }
  return jsonReply(201, {
    reservation,
    count: read.value.count,
    expiresAt: expiresAt.toISOString(),
    usage: presentUsage(usage),
  })
}

/** `DELETE /v1/reservations/<id>` */
export const deleteReservation: KeyedHandler = async (request, ctx, params, key) =>
  (await releaseReservation(ctx, key.id, params.id!))
    ? { status: 204, headers: {}, body: null }
    : refuse(request, 'not_found', {
        detail: 'This API key holds no such reservation: it was used up, released, or has expired.',
      })

/** `GET /v1/usage` */
export const getUsage: KeyedHandler = async (_request, ctx, _params, key) => {
  const usage = await readUsage(ctx, key.id)
  return jsonReply(200, { period: usage.period, ...presentUsage(usage) })
}

type Body = ReturnType<typeof submission.parse>

function readSubmission(
  body: Body,
):
  | { ok: true; submission: Submission }
  | { ok: false; error: { pointer: string; message: string } } {
  const content = body.content === undefined ? null : readContent(body.content)
  if (content === null && body.visibility === 'public')
    return {
      ok: false,
      error: { pointer: '/visibility', message: 'Is “public”, which needs content.' },
    }
  if (content !== null && !content.ok) return { ok: false, error: content }
  return {
    ok: true,
    submission: {
      receipt: body.receipt,
      content: content?.bytes ?? null,
      visibility: body.visibility,
      reservation: body.reservation ?? null,
    },
  }
}

const describe = (error: { pointer: string; message: string }): string =>
  `${error.pointer || 'The item'}: ${error.message}`

function presentIngested(
  request: HttpRequest,
  ctx: Ctx,
  key: ApiKeyHolder,
  ingested: Ingested,
): Reply {
  if (ingested.kind === 'refused')
    return refuse(request, ingested.code, refusalExtras(ctx, key, ingested))
  const link = verifyUrl(ctx, ingested.receiptId)
  return jsonReply(
    ingested.kind === 'stored' ? 201 : 200,
    {
      receiptId: ingested.receiptId,
      verifyUrl: link,
      mode: key.mode,
      content: ingested.content,
      log: LOG,
      usage: presentUsage(ingested.usage),
    },
    { location: link },
  )
}

function presentItem(request: HttpRequest, ctx: Ctx, key: ApiKeyHolder, ingested: Ingested) {
  if (ingested.kind === 'refused') {
    const problem = problemBody(request, ingested.code, refusalExtras(ctx, key, ingested))
    return { status: problem.status, problem }
  }
  const { receiptId, content } = ingested
  return {
    status: ingested.kind === 'stored' ? 201 : 200,
    result: { receiptId, verifyUrl: verifyUrl(ctx, receiptId), content, log: LOG },
  }
}

function refusalExtras(
  ctx: Ctx,
  key: ApiKeyHolder,
  refused: Ingested & { kind: 'refused' },
): ProblemExtras {
  if (refused.code === 'cap_exceeded' && refused.usage) return capExtras(ctx, key, refused.usage)
  return {
    ...(refused.detail === undefined ? {} : { detail: refused.detail }),
    ...(refused.pointer === undefined
      ? {}
      : { errors: [{ pointer: `/receipt${refused.pointer}`, message: refused.detail ?? '' }] }),
    ...(refused.otherId === undefined ? {} : { members: { receiptId: refused.otherId } }),
  }
}

/** Names the page where an admin raises this API key's cap, so that the client need not search. */
function capExtras(ctx: Ctx, key: ApiKeyHolder, usage: UsageRow): ProblemExtras {
  const seconds = Math.max(1, Math.ceil((usage.resetsAt.getTime() - ctx.now()) / 1000))
  const manageUrl = `${ctx.config.publicUrl}/admin/api-keys/${key.id}/edit`
  return {
    members: { ...presentUsage(usage), manageUrl },
    headers: { 'retry-after': String(seconds) },
  }
}
