import type { z } from 'zod'
import { JSON_DEPTH_MAX, JSON_NODES_MAX } from '#receipt/json.ts'
import { refuseBody } from '../web/body-type.ts'
import { refuse, type BodyRules, type HttpRequest } from '../web/handler.ts'
import type { ProblemCode, ProblemExtras } from '../web/problem.ts'
import type { Reply } from '../web/reply.ts'
import { sayWhatIsWrong } from './shape-words.ts'

type Read<T> = { ok: true; value: T } | { ok: false; reply: Reply }

/** The limits of a body, before anything is built from it. */
const BODY_RULES: BodyRules = { depth: JSON_DEPTH_MAX, nodes: JSON_NODES_MAX, iJson: false }
export const BATCH_RULES: BodyRules = { ...BODY_RULES, nodes: 16_000 }
/** Home page and offline readers read a bundle's file as I-JSON; two doors may not read it in two ways. */
export const VERIFY_RULES: BodyRules = { ...BODY_RULES, iJsonWith: 'bundle' }

/** Checks a body's media type, size, JSON and shape, in this order. */
export async function readJson<S extends z.ZodType>(
  request: HttpRequest,
  schema: S,
  rules: BodyRules = BODY_RULES,
): Promise<Read<z.output<S>>> {
  const refused = (code: ProblemCode, extras?: ProblemExtras) =>
    ({ ok: false, reply: refuse(request, code, extras) }) as const
  const reply = refuseBody(request, ['application/json'])
  if (reply !== null) return { ok: false, reply }
  const json = await request.readJson(rules)
  if (json === null) {
    return refused('payload_too_large', { detail: `The limit here is ${request.bytesMax} bytes.` })
  }
  if (!json.ok) {
    const detail = `The body could not be read as JSON: ${json.message}, at position ${json.at}.`
    return refused('malformed_json', { detail })
  }
  return readShape(request, schema, json.value)
}

/** As `readJson`, where the whole body may be left out. */
export async function readOptionalJson<S extends z.ZodType>(
  request: HttpRequest,
  schema: S,
): Promise<Read<z.output<S>>> {
  const { 'content-type': type, 'content-encoding': coding } = request.headers
  if (type !== undefined || coding !== undefined) return readJson(request, schema)
  const bytes = await request.readBody()
  return bytes?.length === 0
    ? readShape(request, schema, {})
    : { ok: false, reply: refuse(request, 'unsupported_media_type') }
}

/** The query's members; of a name given twice, the last value counts. */
export const readQuery = <S extends z.ZodType>(
  request: HttpRequest,
  schema: S,
): Read<z.output<S>> =>
  readShape(request, schema, Object.fromEntries(new URLSearchParams(request.search)))

/** Refuses unknown members by name; lists wrong members with their pointers, up to ERRORS_MAX. */
function readShape<S extends z.ZodType>(
  request: HttpRequest,
  schema: S,
  value: unknown,
): Read<z.output<S>> {
  const read = checkShape(schema, value)
  if (read.success) return { ok: true, value: read.data }
  const errors = listErrors(read.error)
  const [first] = errors
  return {
    ok: false,
    reply: refuse(request, 'invalid_request', {
      errors,
      detail: first === undefined ? undefined : `${first.pointer || 'The body'}: ${first.message}`,
    } as ProblemExtras),
  }
}

/**
 * Our own error messages would double the cost of each check, even of a right value. Only a wrong
 * value needs them, so it is checked a second time.
 */
export function checkShape<S extends z.ZodType>(
  schema: S,
  value: unknown,
): z.ZodSafeParseResult<z.output<S>> {
  const read = schema.safeParse(value)
  return read.success ? read : schema.safeParse(value, { error: sayWhatIsWrong })
}

/** A JSON pointer: RFC 6901 escapes `~` and `/` in a member's name. */
const toPointer = (path: PropertyKey[]): string =>
  path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')

/** A client can mend its request by so many; a body may hold a hundred thousand wrong members. */
export const ERRORS_MAX = 20

/** The first errors: an answer with all of them could be several times as long as the request. */
export function listErrors(error: z.ZodError): { pointer: string; message: string }[] {
  const errors: { pointer: string; message: string }[] = []
  for (const issue of error.issues) {
    const pointer = toPointer(issue.path)
    if (issue.code !== 'unrecognized_keys') errors.push({ pointer, message: `${issue.message}.` })
    else
      for (const key of issue.keys.slice(0, ERRORS_MAX))
        errors.push({
          pointer: toPointer([...issue.path, key.slice(0, NAME_CHARACTERS_MAX)]),
          message: 'This member is not known here.',
        })
    if (errors.length >= ERRORS_MAX) break
  }
  return errors.slice(0, ERRORS_MAX)
}

/** An answer repeats so much of an unknown member's name, which is enough to recognise it. */
const NAME_CHARACTERS_MAX = 256
