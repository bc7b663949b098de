import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { buildOpenApi } from '#app/api/openapi.ts'
import { DocsPage } from './docs-page.tsx'
import { areaOf, readOperations, readSchemas } from './openapi.ts'
import { en } from '../words/en.ts'

const openapi = buildOpenApi('https://portal.example')
const operations = readOperations(openapi)
const schemas = readSchemas(openapi)
const html = renderToStaticMarkup(createElement(DocsPage, { words: en, operations, schemas }))

test('the reference begins with a first post, before any list of operations', () => {
  expect(html.indexOf('Bearer cfl_')).toBeLessThan(html.indexOf('id="first-post"'))
  expect(html.indexOf('id="first-post"')).toBeLessThan(html.indexOf('<nav'))
})

test('every link within the page leads to a place on it', () => {
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]))
  const links = [...html.matchAll(/ href="#([^"]+)"/g)].map((match) => match[1])
  expect(links.length).toBeGreaterThan(operations.length)
  expect(links.filter((link) => !ids.has(link))).toEqual([])
})

test('limits and defaults are the document’s own', () => {
  const request = schemas.find(({ name }) => name === 'ReservationRequest')
  expect(request?.fields.find(({ name }) => name === 'ttlSeconds')?.limits).toBe(
    'default 600, at least 1, at most 86400',
  )
})

test('each operation stands in one area', () => {
  expect(areaOf({ path: '/v1/receipts', secured: true })).toBe('ingestion')
  expect(areaOf({ path: '/v1/admin/usage', secured: true })).toBe('administration')
  expect(areaOf({ path: '/v1/verify', secured: false })).toBe('verification')
})
