import type { IncomingHttpHeaders } from 'node:http'
import type { JsonReading } from '#receipt/json.ts'
import type { BodyRules, Ctx, Payer } from '../context.ts'
import { problemReply, type ProblemCode, type ProblemExtras } from './problem.ts'
import type { Reply } from './reply.ts'

/** A request as its handler sees it. */
export interface HttpRequest extends Payer {
  method: string
  /** Without the query. Only a row that ends in `*` gets other spellings of its path. */
  path: string
  /** The part after the question mark. */
  search: string
  headers: IncomingHttpHeaders
  requestId: string
  /** The client's network address. */
  address: string
  publicUrl: string
  /** The limit of the body in bytes, from the row of the table. */
  bytesMax: number
  /** The whole body, or null if it is longer than `bytesMax`. */
  readBody(): Promise<Uint8Array | null>
  /** The body's JSON, or null if the body is longer than `bytesMax`. */
  readJson(rules: BodyRules): Promise<JsonReading | null>
  /** The id of the API key that sent the request; empty until the key is recognised. */
  apiKey: string
}

export type { BodyRules }

export type Handler = (
  request: HttpRequest,
  ctx: Ctx,
  params: Record<string, string>,
) => Promise<Reply> | Reply

export const refuse = (request: HttpRequest, code: ProblemCode, extras?: ProblemExtras): Reply =>
  problemReply(request, code, extras)
