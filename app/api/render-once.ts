import { Buffer } from 'node:buffer'
import type { Ctx, Rendered } from '../context.ts'
import { etagOf } from '../web/node-server.ts'
import { sameState, type ReceiptState } from '../services/verify/receipt-state.ts'

/**
 * Finished output, made once for a receipt as it stands, which is read again at least once a second.
 * What was made from anything else, be it by one byte, is made anew. Null: nothing to be kept.
 */
export async function renderOnce(
  ctx: Ctx,
  kind: 'page' | 'report',
  state: ReceiptState,
  render: () => Promise<Uint8Array | string | null>,
): Promise<Rendered | null> {
  const name = `${kind} ${state.receiptId}`
  const kept = ctx.caches.rendered.get(name)
  if (kept !== undefined && sameState(kept.state, state)) {
    // A text is sent once at less cost than bytes, and more than once at more.
    kept.body = typeof kept.body === 'string' ? Buffer.from(kept.body) : kept.body
    return kept
  }
  const body = await render()
  if (body === null) return null
  const rendered = { body, etag: etagOf(body), state }
  ctx.caches.rendered.set(name, rendered)
  return rendered
}
