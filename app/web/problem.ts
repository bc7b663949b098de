import type { Reply } from './reply.ts'

/** The meaning of each problem code. A published code never changes; each has a page of its own. */
export const PROBLEMS = {
  malformed_json: p(
    400,
    'The body is not JSON',
    'The body could not be read as JSON in UTF-8. Check it with a JSON validator, and that the shell has not changed its quotes.',
  ),
  invalid_request: p(
    400,
    'The request has a wrong member',
    'A member is missing, unknown or of the wrong kind. `errors` names each one by its place.',
  ),
  malformed_receipt: p(
    400,
    'The receipt is not well-formed',
    'The string is not a receipt as the format defines it. `detail` gives the first reason and its place. Nothing was stored or counted.',
  ),
  cross_site_form: p(
    403,
    'This form was not sent from the console',
    'Open the console at the address of this portal and send the form from there. Nothing was changed.',
  ),
  unauthorized: p(
    401,
    'The admin token is missing or wrong',
    'Send `Authorization: Bearer` with the ADMIN_TOKEN of this portal.',
  ),
  missing_api_key: p(
    401,
    'No API key was sent',
    'Send the API key as `Authorization: Bearer cfl_…`.',
  ),
  invalid_api_key: p(
    401,
    'This API key does not work here',
    'It is mistyped, unknown, expired or revoked; which of these is not told. Ask an admin of this portal for a new one.',
  ),
  cap_exceeded: p(
    402,
    'The cap is used up',
    'This API key has not enough places left in this calendar month (UTC). Nothing was stored. Wait until `resetsAt`, or ask an admin to raise the cap at `manageUrl`; a raised cap acts at once.',
  ),
  issuer_mismatch: p(
    403,
    'The receipt is another issuer’s',
    'The receipt’s `iss` is not the issuer that this API key belongs to. Use that issuer’s API key.',
  ),
  scope_missing: p(
    403,
    'The API key may not do this',
    'This API key has none of the scopes that this call needs; `detail` names them. Ask an admin of this portal for an API key that has one.',
  ),
  not_found: p(
    404,
    'There is nothing under this address',
    'Check the id or the path. A receipt that its service is still sending appears a little later.',
  ),
  method_not_allowed: p(
    405,
    'This address does not know that method',
    'The `Allow` header lists the methods it knows.',
  ),
  job_conflict: p(
    409,
    'This job has a receipt already',
    'Another receipt with the same `jti` is stored for this issuer; its id is in `receiptId`. Hand out that one’s link.',
  ),
  mode_conflict: p(
    409,
    'This receipt was first sent in the other mode',
    'It is stored already, by a key of the other mode (live or test), and stays what it is.',
  ),
  id_collision: p(
    409,
    'Another receipt has this id',
    'A different receipt with the same id is stored. This has never been seen; please report it.',
  ),
  slug_taken: p(409, 'This slug is taken', 'Another issuer of this portal has it. Choose another.'),
  name_confusable: p(
    409,
    'This name looks like another issuer’s',
    'Readers could mistake one for the other. Choose a name that can’t be confused with it.',
  ),
  key_taken: p(
    409,
    'This signing key is published already',
    'A key belongs to one issuer and is published once. If it is this issuer’s, nothing is left to do; otherwise make a new key pair.',
  ),
  already_revoked: p(
    409,
    'This is revoked already',
    'A revocation is final and keeps its first reason and time.',
  ),
  content_erased: p(
    410,
    'The content was erased',
    'The receipt stays and can be verified; the text it covers is no longer kept here.',
  ),
  payload_too_large: p(
    413,
    'The body is too large',
    'The limit is 1 MiB for one receipt or a verification, 4 MiB for a batch and 64 KiB elsewhere.',
  ),
  unsupported_media_type: p(
    415,
    'The body’s media type is not accepted',
    'Send the media type that `detail` names, in UTF-8 and not compressed: for most addresses `Content-Type: application/json`.',
  ),
  unknown_signing_key: p(
    422,
    'The signing key is not published here',
    'This issuer has no published key with the receipt’s `kid`. Publish the key first.',
  ),
  signing_key_retired: p(
    422,
    'The signing key is retired',
    'Receipts it signed before stay valid; new ones need the issuer’s active key.',
  ),
  signing_key_revoked: p(422, 'The signing key is revoked', 'Sign with a key that is active.'),
  invalid_signature: p(
    422,
    'The signature is not by this key',
    'The signature does not match the published key and the receipt’s bytes. Nothing was stored or counted.',
  ),
  issued_in_future: p(
    422,
    'The receipt is dated in the future',
    'Its `iat` is more than ten minutes ahead of this portal’s clock. Set the signer’s clock; `iat` counts seconds, not milliseconds.',
  ),
  content_mismatch: p(
    422,
    'The content is not what was signed',
    'The digest or the length of the content differs from the receipt’s. Send the exact bytes that were signed, or none.',
  ),
  content_not_checkable: p(
    422,
    'The content can’t be checked here',
    'The receipt’s digest needs a secret that the portal never sees (hmac-sha-256). Send the receipt without content.',
  ),
  private_key_sent: p(
    422,
    'A private key was sent',
    'Send the public key alone, without `d`. The private key was neither stored nor logged, but it has travelled: make a new pair.',
  ),
  weak_key: p(
    422,
    'This is not a usable Ed25519 key',
    'The key is malformed, of another kind, or a point that any signature fits. Make a new key pair.',
  ),
  invalid_proof: p(
    422,
    'The proof of possession does not hold',
    'It must be a `key-proof+jwt` signed by the key itself, for this issuer and this portal, at most ten minutes old.',
  ),
  idempotency_key_used: p(
    422,
    'This idempotency key is used up',
    'An earlier request had this `Idempotency-Key` with another path or body, or its answer is no longer kept; `detail` says which. Nothing was changed by this request. A new request needs a new key.',
  ),
  rate_limited: p(
    429,
    'Too many requests',
    'The rate of this API key, or of tries or computing from this network, is used up for the moment. Wait as long as `Retry-After` says.',
  ),
  internal_error: p(
    500,
    'Something broke on our side',
    'The request can be sent again. If it fails again, tell the portal’s admin the `requestId`.',
  ),
  unavailable: p(
    503,
    'The portal can’t do this right now',
    'Its database is away or too many requests wait. Nothing was lost; send the same request again after `Retry-After`.',
  ),
} as const satisfies Record<string, Problem>

export interface Problem {
  status: number
  title: string
  /** The meaning, and what the reader can do. */
  help: string
}
export type ProblemCode = keyof typeof PROBLEMS

function p(status: number, title: string, help: string): Problem {
  return { status, title, help }
}

export interface ProblemExtras {
  detail?: string
  errors?: { pointer: string; message: string }[]
  members?: Record<string, unknown>
  headers?: Record<string, string>
}

/** RFC 9457. `members` are extension members of the code: a cap's numbers, a conflicting id. */
export function problemBody(
  origin: { publicUrl: string; requestId: string },
  code: ProblemCode,
  extras: ProblemExtras = {},
): Record<string, unknown> & { code: ProblemCode } {
  const problem = PROBLEMS[code]
  return {
    type: `${origin.publicUrl}/problems/${code}`,
    title: problem.title,
    status: problem.status,
    detail: extras.detail ?? problem.help,
    code,
    requestId: origin.requestId,
    ...(extras.errors === undefined ? {} : { errors: extras.errors }),
    ...extras.members,
  }
}

export function problemReply(
  origin: { publicUrl: string; requestId: string },
  code: ProblemCode,
  extras: ProblemExtras = {},
): Reply {
  return {
    status: PROBLEMS[code].status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(PROBLEMS[code].status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(code === 'unavailable' ? { 'retry-after': '2' } : {}),
      ...extras.headers,
    },
    body: JSON.stringify(problemBody(origin, code, extras)),
    problem: code,
  }
}
