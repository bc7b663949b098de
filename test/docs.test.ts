import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const readme = read('README.md')

/** The papers at the root and those of docs/. */
const PAPERS = ['.', 'docs']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder === 'docs', encoding: 'utf8' }).map(
      (name) => join(folder, name),
    ),
  )
  .filter((name) => name.endsWith('.md'))

const TOP = readdirSync(ROOT).filter((name) => !['.data', 'build', 'node_modules'].includes(name))

/** Whether a word in backticks names a file or a folder of the sources, as a path from the root. */
const isPath = (word: string): boolean =>
  /^[\w.-][\w./-]*$/.test(word) &&
  !word.startsWith('build/') &&
  ((word.includes('/') && TOP.includes(word.split('/')[0]!)) ||
    /\.(?:tsx?|mjs|md|sql|css|sh|json|ya?ml)$|\w\/$/.test(word))

/** The names in a paper that the project lacks. A link is read from the paper's own folder. */
function findUnreal(paper: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  const words = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code!.split(/\s+/))
  const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) =>
    relative(ROOT, resolve(ROOT, dirname(paper), to!)),
  )
  return [...words.filter(isPath), ...links].filter((path) => !existsSync(join(ROOT, path)))
}

test.each(PAPERS)('every file and folder that %s names is there', (paper) => {
  expect(findUnreal(paper, read(paper))).toEqual([])
})

test('a file that is not there is found in a paper, and no address is taken for a file', () => {
  const wrong = 'See `app/web/no-row.ts`, `ap/web/`, `db/queries/nowhere` and [this](no-paper.md).'
  expect(findUnreal('docs/a.md', wrong)).toEqual([
    'app/web/no-row.ts',
    'ap/web/',
    'db/queries/nowhere',
    'docs/no-paper.md',
  ])
  const right =
    '`GET /r/<id>.json`, `/v1/verify`, `text/html`, `@noble/`, [CI](https://ci.example/a.md)'
  expect(findUnreal('docs/a.md', right)).toEqual([])
})

test.each(PAPERS)('every command that %s names is a script', (paper) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...read(paper).matchAll(/npm (?:run ([\w:]+)|(start|test))/g)].map(
    ([, a, b]) => a ?? b!,
  )
  for (const name of named) expect(Object.keys(scripts)).toContain(name)
})

test('every room and every noun stands in docs/architecture.md', () => {
  const folders = (layer: string) =>
    readdirSync(join(ROOT, layer), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, room: `${layer}/${name}/` }))
  const architecture = read('docs/architecture.md')
  const rooms = ['app', 'db', 'sdk/src'].flatMap(folders).map(({ room }) => room)
  const nouns = folders('app/services').map(({ name }) => name)
  expect([...rooms, ...nouns].filter((name) => !architecture.includes(`\`${name}\``))).toEqual([])
})

test('every record of a decision says what was decided, why, and what would change it', () => {
  const records = PAPERS.filter((paper) => /^docs\/decisions\/\d/.test(paper)).sort()
  expect(records.length).toBeGreaterThan(9)
  for (const [i, record] of records.entries()) {
    const text = read(record)
    expect(record).toContain(`/${String(i + 1).padStart(4, '0')}-`)
    expect(text.startsWith(`# ${i + 1}. `), record).toBe(true)
    for (const part of ['Decided', 'Why', 'What would change it'])
      expect(text, record).toContain(`**${part}.**`)
  }
})

test('every row of the bench that has a fixed name stands in docs/performance.md', () => {
  const performance = read('docs/performance.md')
  const sources = readdirSync(join(ROOT, 'test/bench')).map((name) => read(`test/bench/${name}`))
  const named = sources.flatMap((source) =>
    [...source.matchAll(/\bwhat: '([^']+)'|\brow\('([^']+)'/g)].map(([, a, b]) => a ?? b!),
  )
  expect(named.length).toBeGreaterThan(12)
  expect(named.filter((name) => !performance.includes(`| ${name} `))).toEqual([])
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
