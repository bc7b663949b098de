import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

import { CORE, TABLE, type Room } from './support/import-table.ts'

const ROOT = resolve(import.meta.dirname, '..')

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !/node_modules|sdk\/dist/.test(file))
}

const listSources = (folder: string): string[] => listFiles(folder).filter((file) => !isTest(file))

const IMPORT =
  /^(?:import|export)\s(?:[^'"=;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
const ALIASES: Record<string, string> = { '#app/': 'app/', '#db/': 'db/', '#receipt/': CORE }

/** What a file imports, as paths from the root or names of packages. */
const importsOf = (file: string): string[] =>
  readImports(file, readFileSync(join(ROOT, file), 'utf8')).map(({ name }) => name)

function readImports(file: string, source: string): { name: string; isType: boolean }[] {
  return [...source.matchAll(IMPORT)].map(([line, still, late]) => ({
    name: nameOf(file, (still ?? late)!),
    isType: line.startsWith('import type '),
  }))
}

function nameOf(file: string, name: string): string {
  if (name.startsWith('.')) return relative(ROOT, resolve(ROOT, dirname(file), name))
  const alias = Object.keys(ALIASES).find((prefix) => name.startsWith(prefix))
  return alias === undefined ? name : ALIASES[alias]! + name.slice(alias.length)
}

const isOneOf = (name: string, prefixes: string[]): boolean =>
  prefixes.some((prefix) => name.startsWith(prefix))

const findForbidden = ({ may, mayTypes = [] }: Room, file: string, source: string): string[] =>
  readImports(file, source)
    .filter(({ name, isType }) => !isOneOf(name, may) && !(isType && isOneOf(name, mayTypes)))
    .map(({ name }) => `${file} imports ${name}`)

describe('the import table', () => {
  const files = [...listSources('sdk'), ...listSources('db'), ...listSources('app')]

  test.each(TABLE)('$room imports only what it may', (row) => {
    const own = files.filter(
      (file) => TABLE.find((one) => file.startsWith(one.room))?.room === row.room,
    )
    expect(own.length).toBeGreaterThan(row.room === 'sdk/src/' ? -1 : 0)
    const forbidden = own.flatMap((file) =>
      findForbidden(row, file, readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(forbidden).toEqual([])
  })

  test('a page of the console imports types of its service, and never what runs', () => {
    const file = 'app/ui/console/api-keys/a-page.tsx'
    const row = TABLE.find(({ room }) => file.startsWith(room))!
    const from = (noun: string) => `from '#app/services/${noun}/a.ts'`
    const lines = [
      `import type { A } ${from('api-keys')}`,
      `import type { A } ${from('audit')}`,
      `import { a } ${from('api-keys')}`,
      `import { type A, a } ${from('api-keys')}`,
      `export { a } ${from('api-keys')}`,
      `import type { A } ${from('people')}`,
    ]
    const isForbidden = lines.map((line) => findForbidden(row, file, line).length > 0)
    expect(isForbidden).toEqual([false, false, true, true, true, true])
  })

  test('one module alone imports the driver', () => {
    expect(files.filter((file) => importsOf(file).includes('pg'))).toEqual(['db/pools.server.ts'])
  })

  test('one module alone hashes with SHA-256, and one counts the milliseconds of a day', () => {
    const withText = (text: RegExp) =>
      files.filter(
        (file) => file.startsWith('app/') && text.test(readFileSync(join(ROOT, file), 'utf8')),
      )
    expect(withText(/createHash\(|hash\('sha256'/)).toEqual(['app/values/sha256.ts'])
    expect(withText(/^const (?:\[?(?:SECOND|MINUTE|HOUR|DAY))(?:_MS)?\b/m)).toEqual([])
  })

  test('one module alone reads the environment', () => {
    const readers = files.filter((file) =>
      readFileSync(join(ROOT, file), 'utf8').includes('process.env'),
    )
    expect(readers).toEqual(['app/process/env.server.ts'])
  })

  test('the browser is sent nothing of the server', () => {
    for (const file of files.filter((name) => name.startsWith('app/ui/'))) {
      expect(importsOf(file).filter((name) => name.includes('.server'))).toEqual([])
    }
  })

  test('Remix is known to the pages alone', () => {
    const knows = files.filter((file) =>
      importsOf(file).some((name) => name.startsWith('@remix-run/')),
    )
    const allowed =
      /^app\/(routes\/|routes\.ts|root\.tsx|entry\.server\.tsx|web\/(page-rows|site\.server|console)\.ts)/
    expect(knows.filter((file) => !allowed.test(file))).toEqual([])
  })

  test('every import is found: a table over nothing would always hold', () => {
    expect(importsOf('app/api/verification.ts')).toContain('sdk/src/receipt/bundle.ts')
    expect(importsOf('db/pools.server.ts')).toContain('pg')
  })
})

test('no source file, style sheet or SQL function is longer than 300 lines', () => {
  const inFolder = (folder: string) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)
  const functions = inFolder('db/functions')
  const files = ['sdk', 'db', 'app', 'test'].flatMap(listFiles)
  const long = [...files, ...functions, ...inFolder('app/ui/styles')].filter(
    (file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 301,
  )
  expect(functions).toContain('db/functions/ingest.sql')
  expect(long).toEqual([])
})
