import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the pages’ build holds no copy of a rule: a class is one class for portal and pages', () => {
  const pages = readFileSync('build/pages/server/index.js', 'utf8')
  expect(pages).not.toMatch(/class \w+ extends Error|drizzle-orm/)
  expect(pages).toContain('"../../shared/services/')
})
