import { selectAlerts, type AlertRow } from '#db/queries/alerts/alerts.ts'
import { selectDeliveries, type DeliveryRecord } from '#db/queries/alerts/deliveries.ts'
import { selectWebhook, selectWebhooks } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import { STOPPED } from './change-webhook.ts'
import { toPage, type Page } from '../outcome.ts'
import { isWebhookId, viewWebhook, type WebhookView } from './view-webhook.ts'

export interface AlertView {
  id: string
  type: string
  subject: string
  data?: unknown
  createdAt: string
}

export interface DeliveryView {
  id: string
  webhook: string
  url: string
  alert: string
  type: string
  subject: string
  /** `stopped`: an admin turned the webhook off or removed it. */
  state: 'pending' | 'delivered' | 'failed' | 'stopped'
  attempts: number
  createdAt: string
  /** Null after the last attempt. */
  nextAttemptAt: string | null
  deliveredAt: string | null
  lastStatus: number | null
  lastError: string | null
}

export const listWebhooks = async (ctx: Ctx): Promise<WebhookView[]> =>
  (await selectWebhooks(ctx.db)).map(viewWebhook)

/** Finds a removed webhook too: its deliveries link to it. */
export async function findWebhook(ctx: Ctx, id: string): Promise<WebhookView | null> {
  const row = isWebhookId(id) ? await selectWebhook(ctx.db, id) : null
  return row === null ? null : viewWebhook(row)
}

interface Part {
  after: string | null
  limit: number
}

/** Newest first, beginning after the place `after`. */
export async function listAlerts(ctx: Ctx, { after, limit }: Part): Promise<Page<AlertView>> {
  const rows = await selectAlerts(ctx.db, readPlace(after, ALERT), limit + 1)
  return toPage(rows, limit, viewAlert, (row) => placeOf(row.createdAt, row.id))
}

/** Deliveries to one webhook or to all; newest first, beginning after the place `after`. */
export async function listDeliveries(
  ctx: Ctx,
  { webhook = null, after, limit }: Part & { webhook?: string | null },
): Promise<Page<DeliveryView>> {
  const rows = await selectDeliveries(ctx.db, webhook, readPlace(after, DELIVERY), limit + 1)
  return toPage(rows, limit, viewDelivery, (row) => placeOf(row.createdAt, row.id))
}

const ALERT = /^(\d{1,14})\.(msg_[0-9A-Za-z]{24})$/
const DELIVERY = /^(\d{1,14})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The place where a page ended: milliseconds since 1970, and the id. */
const placeOf = (at: Date, id: string): string => `${at.getTime()}.${id}`

function readPlace(text: string | null, form: RegExp): { at: Date; id: string } | null {
  const place = form.exec(text ?? '')
  return place === null ? null : { at: new Date(Number(place[1])), id: place[2]! }
}

const viewAlert = ({ id, type, subject, data, createdAt }: AlertRow): AlertView => ({
  id,
  type,
  subject,
  data,
  createdAt: createdAt.toISOString(),
})

const isStopped = ({ state, lastError }: DeliveryRecord): boolean =>
  state === 'failed' && lastError !== null && Object.values(STOPPED).includes(lastError)

const viewDelivery = (row: DeliveryRecord): DeliveryView => ({
  ...row,
  state: isStopped(row) ? 'stopped' : row.state,
  createdAt: row.createdAt.toISOString(),
  nextAttemptAt: row.state === 'pending' ? row.nextAttemptAt.toISOString() : null,
  deliveredAt: row.deliveredAt?.toISOString() ?? null,
})
