import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import {
  deleteOldSendings,
  deleteSending,
  insertSending,
  selectSending,
  takeSealed,
  updateSending,
  type SendingRow,
} from '#db/queries/audit/sendings.ts'
import type { Tx } from '#db/queries/audit/audit.ts'
import type { Ctx } from '#app/context.ts'
import { DAY_MS } from '#app/values/duration.ts'
import { sha256 } from '#app/values/sha256.ts'
import type { Outcome } from '../outcome.ts'
import { sealSecret, unsealSecret } from '../seal-secret.ts'

/**
 * One sending of a form or of an API request. The transaction of the change keeps its result under
 * the sending's id, so that a second sending (a reload, a double click, a retry after a 503) gets the
 * first one's result and changes nothing.
 */
export interface Sending {
  /** The admin or the token: nobody finds another sender's result, even by the same key. */
  sender: string
  /** The form's id or the idempotency key. */
  key: string
  /** The request as a text, to tell another request under the same key apart. */
  asked: string
  /** For how long the sealed result is kept. */
  keptMs: number
}

/** A second sending is told apart for a day; its secret is gone long before. */
const REMEMBERED_MS = DAY_MS

/** The reason why a second sending gets no result: it asks for something else, or comes too late. */
export type SentBeforeReason = 'asks_otherwise' | 'result_gone'

/** Rolls a transaction back: the sending's id belongs to an earlier sending that gives no result. */
export class SentBefore extends Error {
  override name = 'SentBefore'
  readonly reason: SentBeforeReason

  constructor(reason: SentBeforeReason) {
    super(`sent before: ${reason}`)
    this.reason = reason
  }
}

/** The id of one drawing of a form: each tab and each reload has its own. */
export const newFormId = (ctx: Pick<Ctx, 'random'>): string =>
  Buffer.from(ctx.random(16)).toString('base64url')

/** A text in another form than a form's id names no sending. */
export const isFormId = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9_-]{22}$/.test(text)

const ownerOf = ({ sender, key }: Pick<Sending, 'sender' | 'key'>): string => `${sender}\n${key}`
const idOf = (sending: Pick<Sending, 'sender' | 'key'>): Uint8Array => sha256(ownerOf(sending))

/** Keyed, because a request may hold a short secret that a reader of the database could guess. */
const fingerprintOf = (ctx: Ctx, { asked }: Sending): Uint8Array =>
  createHmac('sha256', `${ctx.config.sessionSecret} sending`).update(asked).digest()

const isSame = (ctx: Ctx, row: SendingRow, sending: Sending): boolean =>
  Buffer.from(row.fingerprint).equals(fingerprintOf(ctx, sending))

/** Null for the first sending, which goes on; the result of the first one for every other. */
export async function claimSending(
  ctx: Ctx,
  tx: Tx,
  sending: Sending,
): Promise<{ value: unknown } | null> {
  const id = idOf(sending)
  const isFirst = await insertSending(tx, {
    id,
    fingerprint: fingerprintOf(ctx, sending),
    subject: '',
    sealed: null,
    sealedUntil: new Date(ctx.now() + sending.keptMs),
    expiresAt: new Date(ctx.now() + REMEMBERED_MS),
  })
  if (isFirst) return null
  const row = await selectSending({ orm: tx }, id)
  if (row === null || !isSame(ctx, row, sending)) throw new SentBefore('asks_otherwise')
  const opened = openResult(ctx, row, sending)
  if (opened === null) throw new SentBefore('result_gone')
  return opened
}

/** Keeps the result of a change; after a refusal the id is free again, because nothing was changed. */
export async function settleSending(
  ctx: Ctx,
  tx: Tx,
  sending: Sending,
  result: Outcome<unknown, string>,
  subject: string,
): Promise<void> {
  if (!result.ok) return deleteSending(tx, idOf(sending))
  const secret = Buffer.from(JSON.stringify(result.value))
  const sealed = sealSecret(ctx, 'result', ownerOf(sending), secret)
  await updateSending(tx, idOf(sending), { subject, sealed })
}

function openResult(
  ctx: Ctx,
  { sealed, sealedUntil }: Pick<SendingRow, 'sealed' | 'sealedUntil'>,
  sending: Pick<Sending, 'sender' | 'key'>,
): { value: unknown } | null {
  if (sealed === null || sealedUntil.getTime() <= ctx.now()) return null
  const bytes = unsealSecret(ctx, 'result', ownerOf(sending), sealed)
  return bytes === null ? null : { value: JSON.parse(Buffer.from(bytes).toString()) as unknown }
}

/** The subject of the change that this sending made; null for a sending that changed nothing. */
export async function findSent(
  ctx: Ctx,
  sending: Sending,
): Promise<{ subject: string; isSame: boolean } | null> {
  const row = await selectSending({ orm: ctx.db.orm }, idOf(sending))
  return row === null ? null : { subject: row.subject, isSame: isSame(ctx, row, sending) }
}

/** Takes the result of the sender's sending for a page that shows it once; null if it is gone. */
export function takeResult(
  ctx: Ctx,
  of: Pick<Sending, 'sender' | 'key'>,
): Promise<{ value: unknown } | null> {
  return ctx.db.transaction(async (tx) => {
    const row = await takeSealed(tx, idOf(of))
    return row === null ? null : openResult(ctx, row, of)
  })
}

/** Runs every minute: a sealed secret whose time is over must not lie in the database. */
export const forgetSendings = (ctx: Ctx): Promise<void> =>
  deleteOldSendings(ctx.db, new Date(ctx.now()))
