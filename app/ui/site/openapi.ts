/** The parts of an OpenAPI document that the reference shows, read without trusting its shape. */
export interface DocOperation {
  id: string
  method: string
  path: string
  summary: string
  description: string
  secured: boolean
  parameters: DocField[]
  body: DocShape[]
  answers: { status: string; description: string; shapes: DocShape[] }[]
}

export interface DocField {
  name: string
  type: string
  required: boolean
  /** "default 600, at least 1, at most 86400": as the document has it. */
  limits: string
  description: string
}

export interface DocShape {
  mediaType: string
  type: string
  fields: DocField[]
}

type Json = Record<string, unknown>

const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Every operation, in the document's own order. */
export function readOperations(document: object): DocOperation[] {
  const paths = Object.entries(asObject((document as Json).paths))
  return paths.flatMap(([path, item]) => {
    const shared = asList(asObject(item).parameters)
    return METHODS.filter((method) => method in asObject(item)).map((method) => {
      const operation = asObject(asObject(item)[method])
      return {
        id: `${method}${path}`.replace(/[^a-z0-9]+/gi, '-').replace(/-$/, ''),
        method: method.toUpperCase(),
        path,
        summary: asText(operation.summary),
        description: asText(operation.description),
        secured: asList(operation.security).length > 0,
        parameters: [...shared, ...asList(operation.parameters)].map(readParameter),
        body: readShapes(asObject(operation.requestBody).content),
        answers: Object.entries(asObject(operation.responses)).map(([status, answer]) => ({
          status,
          description: asText(asObject(answer).description),
          shapes: readShapes(asObject(answer).content),
        })),
      }
    })
  })
}

/** The named shapes that operations point to. */
export function readSchemas(
  document: object,
): { name: string; type: string; fields: DocField[] }[] {
  const schemas = asObject(asObject((document as Json).components).schemas)
  return Object.entries(schemas).map(([name, schema]) => ({
    name,
    type: typeName(schema),
    fields: readFields(schema),
  }))
}

function readParameter(value: unknown): DocField {
  const { name, schema, required, description } = asObject(value)
  return {
    name: asText(name),
    type: typeName(schema),
    required: required === true,
    limits: limitsOf(schema),
    description: asText(description),
  }
}

function readShapes(content: unknown): DocShape[] {
  return Object.entries(asObject(content)).map(([mediaType, media]) => {
    const { schema } = asObject(media)
    return { mediaType, type: typeName(schema), fields: readFields(schema) }
  })
}

function readFields(schema: unknown): DocField[] {
  const { properties, required } = asObject(schema)
  const needed = new Set(asList(required))
  return Object.entries(asObject(properties)).map(([name, field]) => ({
    name,
    type: typeName(field),
    required: needed.has(name),
    limits: limitsOf(field),
    description: asText(asObject(field).description),
  }))
}

const LIMITS: Record<string, string> = {
  default: 'default',
  minimum: 'at least',
  maximum: 'at most',
  minLength: 'characters at least',
  maxLength: 'characters at most',
  minItems: 'items at least',
  maxItems: 'items at most',
}

/** The limits of a value, without the bound of JavaScript's numbers, which no reader needs. */
function limitsOf(schema: unknown): string {
  const read = asObject(schema)
  return Object.entries(LIMITS)
    .filter(([name]) => read[name] !== undefined)
    .filter(
      ([name]) => Math.abs(Number(read[name])) !== Number.MAX_SAFE_INTEGER || name === 'default',
    )
    .map(([name, says]) => `${says} ${JSON.stringify(read[name])}`)
    .join(', ')
}

export const AREAS = ['ingestion', 'verification', 'administration'] as const
export type Area = (typeof AREAS)[number]

/** The callers of an operation: a service with its API key, anybody, or an admin. */
export const areaOf = ({ path, secured }: Pick<DocOperation, 'path' | 'secured'>): Area =>
  path.startsWith('/v1/admin') ? 'administration' : secured ? 'ingestion' : 'verification'

/** "string or null", "list of Check", "\"live\" or \"test\"". Depth is bounded by naming shapes only. */
function typeName(schema: unknown): string {
  const { $ref, enum: choices, const: only, anyOf, oneOf, allOf, type, items } = asObject(schema)
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? ''
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' or ')
  const some = [...asList(anyOf), ...asList(oneOf)]
  if (some.length > 0) return some.map(typeName).join(' or ')
  if (Array.isArray(allOf))
    return (
      allOf
        .map(typeName)
        .filter((name) => name !== 'object')
        .join(' with ') || 'object'
    )
  if (type === 'array') return `list of ${typeName(items)}`
  if (Array.isArray(type)) return type.map(asText).join(' or ')
  return asText(type) || 'any'
}
