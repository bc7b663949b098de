import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const readme = read('README.md')

test('every file and folder that the README names is there', () => {
  const named = [...readme.matchAll(/`((?:sdk|db|app|test|docs)\/[\w./-]*)`|\]\(([\w./-]+)\)/g)]
    .map(([, inText, inLink]) => inText ?? inLink!)
    .filter((path) => !existsSync(join(ROOT, path)))
  expect(named).toEqual([])
})

test('every command that the README names is a script', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...readme.matchAll(/npm (?:run (\w+)|(start|test))/g)].map(([, a, b]) => a ?? b!)
  expect(named.length).toBeGreaterThan(3)
  for (const name of named) expect(Object.keys(scripts)).toContain(name)
})

test('the image starts node as npm start does', () => {
  const flags = (text: string) => text.match(/--[\w-]+=\d+/g)
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  expect(flags(scripts.start!)).toHaveLength(2)
  expect(flags(/^CMD .*/m.exec(read('Dockerfile'))![0])).toEqual(flags(scripts.start!))
})

test('every setting stands in .env.example, and no other', () => {
  const known = [...read('app/process/env.server.ts').matchAll(/^ {2}([A-Z_]+):/gm)].map(
    ([, name]) => name,
  )
  const shown = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(known.length).toBeGreaterThan(8)
  expect(shown.sort()).toEqual(known.sort())
})

test('every migration is listed in the journal, in order', () => {
  const { entries } = JSON.parse(read('db/migrations/meta/_journal.json')) as {
    entries: { tag: string }[]
  }
  const files = readdirSync(join(ROOT, 'db/migrations')).filter((name) => name.endsWith('.sql'))
  expect(files.sort()).toEqual(entries.map(({ tag }) => `${tag}.sql`))
})

test('the README names every type of alert, and no other', () => {
  const section = /## Alerts\n([\s\S]*?)\n## /.exec(readme)![1]!
  const named = [...section.matchAll(/^\| `(\w+\.\w+)`/gm)].map(([, type]) => type!)
  const source = read('app/services/alerts/raise-alert.ts')
  const types = /export type AlertType =([\s\S]*?)\n\n/.exec(source)![1]!
  expect(named).toEqual([...types.matchAll(/'([\w.]+)'/g)].map(([, type]) => type))
  expect(named.length).toBeGreaterThan(3)
})
