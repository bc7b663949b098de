import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { buildOpenApi } from '#app/api/openapi.ts'

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>
}

const document = buildOpenApi('http://portal.test') as Document
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats(ajv)
ajv.addSchema(document, 'openapi')

const pointer = (...parts: string[]): string =>
  parts
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')

const compiled = new Map<string, ValidateFunction>()
function shapeAt(place: string): ValidateFunction {
  const shape = compiled.get(place) ?? ajv.compile({ $ref: `openapi#/${place}` })
  compiled.set(place, shape)
  return shape
}

const templates = Object.keys(document.paths).map((path) => ({
  path,
  // An exact segment goes before a named one, as in the router.
  names: path.split('{').length,
  matches: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/**
 * What in an answer is not as the OpenAPI document says, in a sentence, or null. A path or a method
 * that the document doesn't have must be answered by a problem.
 */
export function findBreach(
  method: string,
  path: string,
  answer: { status: number; type: string; text: string },
): string | null {
  const template = templates
    .filter((one) => one.matches.test(path.split('?')[0]!))
    .sort((a, b) => a.names - b.names)[0]?.path
  const operation =
    template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()]
  const { status, type, text } = answer
  const isProblem = type === 'application/problem+json'
  if (operation === undefined)
    return isProblem ? flaws(shapeAt('components/schemas/Problem'), text) : `answered ${type}`
  const response = operation.responses[String(status)]
  if (response === undefined)
    return `${method} ${template!} has no answer ${status} in the document`
  if (response.content === undefined)
    return text === '' ? null : `${status} has a body, and none in the document`
  if (!(type in response.content)) return `${status} is ${type}, which the document doesn't have`
  if (!type.endsWith('json')) return null
  const place = ['paths', template!, method.toLowerCase(), 'responses', String(status)]
  return flaws(shapeAt(pointer(...place, 'content', type, 'schema')), text)
}

function flaws(shape: ValidateFunction, text: string): string | null {
  return shape(JSON.parse(text)) ? null : `${ajv.errorsText(shape.errors)} in ${text}`
}
