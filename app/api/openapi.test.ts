import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { buildOpenApi, ROUTE_DOCS } from './openapi.ts'
import { API_ROUTES } from './routes.ts'

interface Operation {
  summary: string
  security: object[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}
interface Media {
  schema: object
  example?: unknown
}

const document = buildOpenApi('https://portal.example') as {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}

test('the reference has every route and no other, open to the same people', () => {
  const described = Object.entries(ROUTE_DOCS).map(([name, doc]) => `${name} ${doc.access}`)
  const routed = API_ROUTES.map(({ method, path, access }) => `${method} ${path} ${access}`)
  expect(described.sort()).toEqual(routed.sort())
})

test('every route has a summary, says who may ask, and can answer', () => {
  for (const { method, path, access } of API_ROUTES) {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(operation?.summary, path).toMatch(/\w/)
    expect(operation?.security.length, path).toBe(access === 'public' ? 0 : 1)
    expect(Object.keys(operation!.responses), path).toEqual(
      expect.arrayContaining(['500', '503', ...(access === 'public' ? [] : ['401'])]),
    )
  }
})

test('every example is what its schema allows', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats(ajv)
  ajv.addSchema(document, 'openapi')
  let examples = 0
  const check = (place: string[], media: Media) => {
    if (media.example === undefined) return
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const validate = ajv.compile({ $ref: `openapi#/${pointer}/schema` })
    expect(validate(media.example), `${place.join(' ')} ${ajv.errorsText(validate.errors)}`).toBe(
      true,
    )
    examples++
  }
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const at = ['paths', path, method]
      for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
        check([...at, 'requestBody', 'content', type], media)
      for (const [status, answer] of Object.entries(operation.responses))
        for (const [type, media] of Object.entries(answer.content ?? {}))
          check([...at, 'responses', status, 'content', type], media)
    }
  }
  expect(examples).toBeGreaterThan(25)
})
