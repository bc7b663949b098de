import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packSdk, type Packed } from '../support/packed.ts'
import { SDK } from '../support/sdk.ts'

const run = promisify(execFile)
const BIN = resolve(import.meta.dirname, '../../node_modules/.bin')
const CORE_GZIPPED_BYTES_MAX = 15_000

let packed: Packed

beforeAll(async () => {
  packed = await packSdk()
})

afterAll(() => packed.remove())

const IMPORT = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g
const importsIn = (text: string): string[] => [...text.matchAll(IMPORT)].map(([, name]) => name!)
/** `@noble/hashes/sha2.js` is of the package `@noble/hashes`. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

test('no entry is forgotten: what nothing else imports is in exports, or is a command', () => {
  const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name)
  const files = readdirSync(join(SDK, 'src'), { recursive: true, encoding: 'utf8' })
  const imported = new Set(
    files
      .filter(isSource)
      .flatMap((name) =>
        importsIn(readFileSync(join(SDK, 'src', name), 'utf8')).map((path) =>
          join(dirname(name), path),
        ),
      ),
  )
  const entries = files
    .filter((name) => isSource(name) && dirname(name) === '.' && !imported.has(name))
    .map((name) => name.replace(/\.tsx?$/, ''))
  expect(entries).toContain('index')
  const { exports, bin } = packed.manifest
  const offered = [...Object.values(exports), ...Object.values(bin)].map((entry) =>
    typeof entry === 'string' ? entry : entry.default,
  )
  for (const name of entries) expect(offered).toContain(`./dist/${name}.js`)
})

test('each entry names its types first, and both files for it are in the tarball', () => {
  for (const [path, entry] of Object.entries(packed.manifest.exports)) {
    if (typeof entry === 'string') continue
    const name = path === '.' ? 'index' : path.slice(2)
    expect(Object.entries(entry)).toEqual([
      ['types', `./dist/${name}.d.ts`],
      ['default', `./dist/${name}.js`],
    ])
    for (const file of Object.values(entry))
      expect(readFileSync(join(packed.folder, file), 'utf8')).not.toBe('')
  }
})

test('the tarball holds what runs, its types and its words, and nothing else', () => {
  const files = readdirSync(packed.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(packed.folder.length + 1))
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'SPEC.md']))
  const others = files.filter((file) => !/\.(?:js|d\.ts|md)$|^LICENSE$|^package\.json$/.test(file))
  expect(others).toEqual([])
  expect(files.filter((file) => file.includes('.test.'))).toEqual([])
})

test('what is imported is a dependency or a peer, and every peer is optional', () => {
  const { dependencies, peerDependencies = {}, peerDependenciesMeta = {} } = packed.manifest
  const known = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])
  const dist = join(packed.folder, 'dist')
  const unknown = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:js|d\.ts)$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(dist, name), 'utf8').replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, '')
      return importsIn(text)
        .filter((from) => !/^(?:\.|node:)/.test(from) && !known.has(packageOf(from)))
        .map((from) => `${name} imports ${from}`)
    })
  expect(unknown).toEqual([])
  for (const name of Object.keys(peerDependencies))
    expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  // Whoever installs it gets these and no more.
  for (const name of Object.keys(dependencies))
    expect(name).toMatch(/^@noble\/|^eventsource-parser$/)
})

test('every entry can be imported in plain Node, by its name', async () => {
  const file = join(packed.project, 'import-all.mjs')
  const lines = packed.entries.map(
    (entry) =>
      `console.log(${JSON.stringify(entry)}, Object.keys(await import('${entry}')).length)`,
  )
  await writeFile(file, lines.join('\n'))
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: packed.project })
  expect(stderr).toBe('')
  const counts = stdout.trim().split('\n')
  expect(counts.map((line) => line.split(' ')[0])).toEqual(packed.entries)
  for (const line of counts) expect(line).toMatch(/ [1-9]\d*$/)
})

/** What a stranger's compiler says of our declarations and of a file that imports the entries. */
function compile(
  name: string,
  source: string,
  resolution: 'node16' | 'bundler',
  platform: ts.CompilerOptions,
): string[] {
  const file = join(packed.project, name)
  ts.sys.writeFile(file, source)
  const isNode = resolution === 'node16'
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: isNode ? ts.ModuleKind.Node16 : ts.ModuleKind.ESNext,
    moduleResolution: isNode ? ts.ModuleResolutionKind.Node16 : ts.ModuleResolutionKind.Bundler,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...platform,
  })
  return (
    ts
      .getPreEmitDiagnostics(program)
      // The packages of others have to answer for themselves.
      .filter((one) => one.file === undefined || one.file.fileName.startsWith(packed.project))
      .map((one) => {
        const at = one.file?.fileName.slice(packed.project.length) ?? ''
        return `${at}: ${ts.flattenDiagnosticMessageText(one.messageText, '\n')}`
      })
  )
}

const RESOLUTIONS = ['node16', 'bundler'] as const

test.each(RESOLUTIONS)(
  'the types of the core entry need neither DOM nor Node, under %s',
  (resolution) => {
    const source = `import { createCounterfoil, proveKey } from '@counterfoil/sdk'
const counterfoil = createCounterfoil({ portal: '', issuer: '', signingKey: '', apiKey: '' })
async function* words() { yield 'a' }
export const stream: AsyncIterable<string> = counterfoil.tap(words())
export const id: Promise<string> = counterfoil.sign({ output: '' }).then((one) => one.receiptId)
export const kid: Promise<string> = proveKey({ signingKey: '', issuer: '', portal: '' }).then((one) => one.kid)
`
    const platform = { lib: ['lib.es2022.d.ts'], types: [] }
    expect(compile(`core-${resolution}.mts`, source, resolution, platform)).toEqual([])
  },
)

test.each(RESOLUTIONS)('the types of every entry hold, under %s', (resolution) => {
  const source = packed.entries
    .map((entry, at) => `import * as e${at} from '${entry}'\nexport { e${at} }`)
    .join('\n')
  const lib = ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts']
  const platform = {
    lib: [...lib, 'lib.dom.asynciterable.d.ts'],
    jsx: ts.JsxEmit.ReactJSX,
    types: ['node'],
    typeRoots: [resolve(BIN, '../@types')],
  }
  expect(compile(`all-${resolution}.mts`, source, resolution, platform)).toEqual([])
})

test('publint finds nothing', async () => {
  const { stdout } = await run(join(BIN, 'publint'), ['--strict', packed.tarball])
  expect(stdout).toContain('All good!')
})

test('arethetypeswrong finds nothing, for every entry', async () => {
  const args = [packed.tarball, '--profile', 'esm-only', '--format', 'json']
  const { stdout } = await run(join(BIN, 'attw'), args, { maxBuffer: 50_000_000 })
  const { analysis } = JSON.parse(stdout) as {
    analysis: { problems: object[]; entrypoints: object }
  }
  expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(packed.manifest.exports))
  expect(analysis.problems.filter((one) => !isOfRequire(one))).toEqual([])
})

/** That a CommonJS file can't `require` ES modules in old compilers is what "ESM" says. */
const isOfRequire = (problem: object): boolean =>
  JSON.stringify(problem).includes('"resolutionKind":"node10"') ||
  JSON.stringify(problem).includes('"resolutionKind":"node16-cjs"')

async function bundle(
  source: string,
  external: string[] = [],
): Promise<{ meta: Metafile; bytes: Uint8Array }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: packed.project },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    // No platform's modules: one that is imported all the same would fail the build.
    platform: 'neutral',
    target: 'es2022',
    external,
    // What is imported only when it is asked for is a file of its own, as every bundler makes it.
    splitting: true,
    outdir: '/out',
    metafile: true,
    logLevel: 'silent',
  })
  // The entry, and what it imports at once: the rest is loaded when somebody verifies.
  const loaded = new Set<string>()
  const load = (file: string): void => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const { kind, path, external: isOutside } of metafile.outputs[file]!.imports)
      if (kind === 'import-statement' && isOutside !== true) load(path)
  }
  load(Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined)![0])
  const pieces = outputFiles.filter(({ path }) =>
    [...loaded].some((file) => path.endsWith(file.slice(file.lastIndexOf('/')))),
  )
  return { meta: metafile, bytes: Buffer.concat(pieces.map(({ contents }) => contents)) }
}

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length

test('the core entry is under 15.0 kB gzipped, beside noble, and brings nothing else', async () => {
  const all = `export * from '@counterfoil/sdk'`
  const own = await bundle(all, ['@noble/*'])
  const whole = await bundle(all)
  console.info(
    `core entry, gzipped: ${gzipped(own.bytes)} bytes of our own, ${gzipped(whole.bytes)} with noble`,
  )
  expect(gzipped(own.bytes)).toBeLessThan(CORE_GZIPPED_BYTES_MAX)
  // React, a provider's package or a parser of events would be here if the core imported it.
  const others = Object.keys(whole.meta.inputs)
    .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((name) => name !== undefined && name !== '@counterfoil/sdk')
  expect(others.filter((name) => !name!.startsWith('@noble/'))).toEqual([])
})

test('what is not used is shaken off', async () => {
  const { bytes: whole } = await bundle(`export * from '@counterfoil/sdk'`)
  const { bytes: one } = await bundle(
    `import { createCounterfoil } from '@counterfoil/sdk'\ncreateCounterfoil({})`,
  )
  const { bytes: none } = await bundle(`import '@counterfoil/sdk'`)
  expect(one.length).toBeLessThan(whole.length)
  // For noble's own way of being configured; nothing of ours.
  expect(none.length).toBeLessThan(100)
})
