import { Buffer } from 'node:buffer'
import { refuse, type HttpRequest } from '../web/handler.ts'
import { SentBefore, type Sending, type SentBeforeReason } from '../services/audit/sending.ts'
import { HOUR_MS } from '../values/duration.ts'
import type { AdminHandler } from './access.ts'

/**
 * Lets a client send a request again that was answered 503 or not at all: under the same
 * `Idempotency-Key` the second sending changes nothing and gets the first one's answer
 * (draft-ietf-httpapi-idempotency-key-header-07).
 */
export const repeatable =
  (handler: AdminHandler): AdminHandler =>
  async (request, ctx, params, by) => {
    const key = request.headers['idempotency-key']
    if (key === undefined) return handler(request, ctx, params, by)
    if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))
      return refuse(request, 'invalid_request', { detail: BAD_KEY })
    const body = await request.readBody()
    const sending = sendingOf(request, by.actor, key, body)
    const again = Object.assign(request, { readBody: () => Promise.resolve(body) })
    try {
      return await handler(again, ctx, params, { ...by, sending })
    } catch (error) {
      if (!(error instanceof SentBefore)) throw error
      return refuse(request, 'idempotency_key_used', { detail: WHY_USED[error.reason] })
    }
  }

/** Visible ASCII; most clients leave out the quotes that the draft asks for. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/
const BAD_KEY = 'An Idempotency-Key has 1 to 255 visible ASCII characters and no spaces.'

/** A retry comes within minutes; the sealed answer waits for it so long. */
const ANSWER_KEPT_MS = HOUR_MS

const sendingOf = (
  { path }: HttpRequest,
  sender: string,
  key: string,
  body: Uint8Array | null,
): Sending => ({
  sender,
  key: key.replace(/^"(.+)"$/, '$1'),
  asked: `${path}\n${Buffer.from(body ?? '').toString('latin1')}`,
  keptMs: ANSWER_KEPT_MS,
})

const WHY_USED: Record<SentBeforeReason, string> = {
  asks_otherwise:
    'An earlier request had this Idempotency-Key with another path or body. Nothing was changed now: send a new key with a new request.',
  result_gone:
    'The request with this Idempotency-Key was carried out before, and its answer is no longer kept. Nothing was changed now: look at what it made, and rotate an API key whose secret is lost.',
}
