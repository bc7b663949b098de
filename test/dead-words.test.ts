import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '#app/web/problem.ts'

const ROOT = resolve(import.meta.dirname, '..')
const isTest = (file: string): boolean => file.startsWith('test/') || /\.test\.tsx?$/.test(file)

/** Every file of these folders that holds code, by its path from the root. */
const SOURCES = new Map(
  ['app', 'db', 'test', 'sdk/examples', 'vite.config.ts'].flatMap((place) =>
    (/\./.test(place) ? [place] : listFiles(place)).map((file): [string, string] => [
      file,
      readFileSync(join(ROOT, file), 'utf8'),
    ]),
  ),
)

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:tsx?|mjs|sql)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'))
}

/** Names that a framework or a build tool reads: nothing of ours imports them. */
const FRAMEWORK = [
  /^app\/server\.ts /, // the build's entry, loaded by app/process/*.mjs
  /^app\/(?:root|entry\.server|routes\/.*)\.tsx? (?:loader|action|meta|headers|links|handle|ErrorBoundary|Layout|handleError|handleDataRequest|drawPage|drawNotice)$/,
  /^db\/(?:console-)?schema\.ts /, // tables, read by drizzle-kit
]

/** Rooms that are being rebuilt decide about these themselves. */
const AWAITED = [
  'app/services/verify/build-report.ts formatTimeEnglish',
  'app/ui/console/parts/form.tsx CheckField',
]

const EXPORT = /^export (?:async )?(?:const|function\*?|class) ([\w$]+)/gm
const IMPORT =
  /(?:^|\n)(?:import|export)\s+(?:type\s+)?(?:\{([^}]*)\}|\* as (\w+))\s*from\s*['"]([^'"]+)['"]/g
const LATE = /\{([^{}]*)\}(\s*)=\s*\(?\s*await import\(\s*['"]([^'"]+)['"]/g
const ALIASES: Record<string, string> = { '#app/': 'app/', '#db/': 'db/' }

/** `app/web/reply.ts jsonReply`, of each name that a file imports. */
function importedBy([file, source]: [string, string]): string[] {
  return [...source.matchAll(IMPORT), ...source.matchAll(LATE)].flatMap(([, list, all, from]) => {
    const alias = Object.keys(ALIASES).find((prefix) => from!.startsWith(prefix))
    const path = alias
      ? ALIASES[alias]! + from!.slice(alias.length)
      : relative(ROOT, resolve(ROOT, dirname(file), from!))
    const names =
      list === undefined
        ? [...source.matchAll(new RegExp(`\\b${all!}\\.(\\w+)`, 'g'))].map(([, name]) => name!)
        : list.split(',').map((name) => name.trim().replace(/^type /, ''))
    return names.map((name) => `${path} ${name.split(/ as |:/)[0]!.trim()}`)
  })
}

/** Whether some file holds the text, besides those that only document it. */
const isSaid = (text: string, except: (file: string) => boolean): boolean =>
  [...SOURCES].some(([file, source]) => !isTest(file) && !except(file) && source.includes(text))

/** The members of a union of texts, as `export type Name =` lists them. */
const membersOf = (file: string, type: string): string[] =>
  [
    ...new RegExp(`export type ${type} =([\\s\\S]*?)\\n\\n`)
      .exec(SOURCES.get(file)!)![1]!
      .matchAll(/'([\w.]+)'/g),
  ].map(([, member]) => member!)

describe('what is documented is raised somewhere', () => {
  test('every problem code', () => {
    const documents = (file: string) =>
      file === 'app/web/problem.ts' || /^app\/(?:api\/(?:reference|schemas)|ui)\//.test(file)
    const unraised = Object.keys(PROBLEMS).filter((code) => !isSaid(`'${code}'`, documents))
    expect(unraised.filter((code) => !AWAITED.includes(code))).toEqual([])
  })

  test('every action of the audit', () => {
    const home = 'app/services/audit/record-change.ts'
    const actions = membersOf(home, 'AuditAction')
    expect(actions.length).toBeGreaterThan(15)
    const documents = (file: string) => file === home || file.startsWith('app/ui/')
    expect(actions.filter((action) => !isSaid(`'${action}'`, documents))).toEqual([])
  })

  test('every type of alert', () => {
    const home = 'app/services/alerts/raise-alert.ts'
    const types = membersOf(home, 'AlertType')
    const inServices = [...SOURCES].filter(([file]) => file.startsWith('app/services/alerts/'))
    const uses = (type: string) =>
      inServices.reduce((sum, [, source]) => sum + source.split(`'${type}'`).length - 1, 0)
    // Once in the union, and once where it is raised.
    expect(types.filter((type) => uses(type) < 2)).toEqual([])
  })

  test('every setting', () => {
    const home = SOURCES.get('app/process/env.server.ts')!
    const settings = [...home.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!)
    expect(settings.length).toBeGreaterThan(8)
    const isRead = (name: string) =>
      [...SOURCES].some(
        ([file, source]) =>
          !isTest(file) &&
          file.startsWith('app/') &&
          new RegExp(`(?:settings|[sS]ecrets|gate|data)\\.${name}\\b|\\{[^}:]*\\b${name}\\b`).test(
            source,
          ),
      )
    expect(settings.filter((name) => !isRead(name))).toEqual([])
  })
})

test('every function, class and value that is exported is imported somewhere', () => {
  const imported = new Set([...SOURCES].flatMap(importedBy))
  const exported = [...SOURCES]
    .filter(([file]) => /^(?:app|db)\//.test(file) && !isTest(file) && !file.endsWith('.sql'))
    .flatMap(([file, source]) => [...source.matchAll(EXPORT)].map(([, name]) => `${file} ${name!}`))
  expect(exported.length).toBeGreaterThan(300)
  const isFramework = (name: string) => FRAMEWORK.some((form) => form.test(name))
  const unused = exported.filter((name) => !imported.has(name) && !isFramework(name))
  expect(unused.filter((name) => !AWAITED.includes(name))).toEqual([])
})
