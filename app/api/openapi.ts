import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type ZodContentObject,
} from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../web/problem.ts'
import { jsonReply, type Reply } from '../web/reply.ts'
import { adminDocs } from './reference/admin.ts'
import { ingestionDocs } from './reference/ingestion.ts'
import type { RouteDoc } from './reference/route-doc.ts'
import { verificationDocs } from './reference/verification.ts'
import type { Handler } from '../web/handler.ts'
import { problem } from './schemas/building-blocks.ts'

/** The docs by method and path, as in API_ROUTES; a test compares the two. */
export const ROUTE_DOCS: Record<string, RouteDoc> = {
  ...ingestionDocs,
  ...verificationDocs,
  ...adminDocs,
}

const SECURITY = { public: [], key: [{ apiKey: [] }], admin: [{ adminToken: [] }] }

/** The API's description (OpenAPI 3.1), made of the very schemas that guard the routes. */
export function buildOpenApi(publicUrl: string): object {
  const registry = new OpenAPIRegistry()
  registry.register('Problem', problem)
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `cfl_live_…` or `cfl_test_…`.',
  })
  registry.registerComponent('securitySchemes', 'adminToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'The portal’s ADMIN_TOKEN.',
  })
  for (const [name, doc] of Object.entries(ROUTE_DOCS)) registerRoute(registry, name, doc)
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Counterfoil',
      version: '1',
      description:
        'Receipts for AI output that anybody can check. Every answer has an `X-Request-Id`; errors are RFC 9457 problems whose `type` is a page that says what to do.',
    },
    servers: [{ url: publicUrl }],
  })
}

function registerRoute(registry: OpenAPIRegistry, name: string, doc: RouteDoc): void {
  const [method, path] = name.split(' ') as [string, string]
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!)
  const { body, query, description } = doc
  registry.registerPath({
    method: method.toLowerCase() as 'get',
    path: path.replace(/:(\w+)/g, '{$1}'),
    summary: doc.summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[doc.access],
    request: {
      ...(names.length === 0
        ? {}
        : { params: z.object(Object.fromEntries(names.map((n) => [n, z.string()]))) }),
      ...(query === undefined ? {} : { query }),
      ...(isRepeatable(name, doc) ? { headers: repeatHeaders } : {}),
      ...(body === undefined
        ? {}
        : { body: { required: body.optional !== true, content: bodyContent(body) } }),
    },
    responses: { ...describeAnswers(doc), ...describeProblems(listProblems(name, doc)) },
  })
}

/** The routes that take an `Idempotency-Key` (idempotency.ts). */
const isRepeatable = (name: string, { access }: RouteDoc): boolean =>
  access === 'admin' && name.startsWith('POST ')

const repeatHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .describe(
      'A key of your choice, such as a UUID. The same request under the same key is carried out once and answered alike for an hour, so that it can be sent again after a 503 or a broken connection. Any other request under the key is refused for a day, and so is this one once its answer is gone.',
    ),
})

const bodyContent = (body: NonNullable<RouteDoc['body']>): ZodContentObject => ({
  'application/json': { schema: body.schema, example: body.example },
  ...Object.fromEntries((body.also ?? []).map((type) => [type, { schema: z.string() }])),
})

function describeAnswers(doc: RouteDoc): Record<string, ResponseConfig> {
  return Object.fromEntries(
    Object.entries(doc.answers).map(([status, { description, content, example }]) => [
      status,
      {
        description,
        ...(content === undefined
          ? {}
          : {
              content: Object.fromEntries(
                Object.entries(content).map(([type, schema]) => [
                  type,
                  { schema, ...(example === undefined ? {} : { example }) },
                ]),
              ),
            }),
      },
    ]),
  )
}

const BY_ACCESS: Record<RouteDoc['access'], ProblemCode[]> = {
  public: [],
  key: ['missing_api_key', 'invalid_api_key', 'rate_limited'],
  admin: ['unauthorized', 'rate_limited'],
}
const BY_BODY: ProblemCode[] = [
  'malformed_json',
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
]

/** Every code a route can answer. */
function listProblems(name: string, doc: RouteDoc): ProblemCode[] {
  return [
    ...BY_ACCESS[doc.access],
    ...(isRepeatable(name, doc) ? (['idempotency_key_used', 'invalid_request'] as const) : []),
    ...(doc.body === undefined ? [] : BY_BODY),
    ...(doc.query === undefined ? [] : (['invalid_request'] as const)),
    ...doc.problems,
    'internal_error',
    'unavailable',
  ]
}

function describeProblems(codes: ProblemCode[]): Record<string, ResponseConfig> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { type: 'string', enum: some } } },
              ],
            },
          },
        },
      },
    ]),
  )
}

/** The document is built once, because only another build of the portal changes it. */
const built = new Map<string, Reply>()

/** `GET /openapi.json` */
export const getOpenApi: Handler = (_request, ctx) => {
  const { publicUrl } = ctx.config
  const reply = built.get(publicUrl) ?? jsonReply(200, buildOpenApi(publicUrl))
  built.set(publicUrl, reply)
  return reply
}
