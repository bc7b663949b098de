import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VERDICTS } from '#receipt/report.ts'
import { readBlocks } from '../support/blocks.ts'
import { freshDatabase } from '../support/database.ts'
import { linkPackage, packSdk, type Packed } from '../support/packed.ts'
import { ADMIN_TOKEN, PUBLIC_URL, startPortal, type Portal } from '../support/portal.ts'
import { SDK } from '../support/sdk.ts'
import { findPort } from '../support/spawn-portal.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const README = readFileSync(join(SDK, 'README.md'), 'utf8')
const BLOCKS = readBlocks(join(SDK, 'README.md'))

let packed: Packed
let portal: Portal
let drop: () => Promise<void>

beforeAll(async () => {
  packed = await packSdk()
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
})

afterAll(async () => {
  await portal.stop()
  await drop()
  await packed.remove()
})

/** Runs a script of the shell, and ends all that it has started. */
async function runShell(script: string, cwd: string, env: object): Promise<string> {
  const child = spawn('sh', ['-eu'], {
    cwd,
    detached: true,
    // No registry is asked: what npx runs is there.
    env: { NODE_ENV: 'production', PATH: process.env.PATH, NPM_CONFIG_OFFLINE: 'true', ...env },
  })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.on('data', (text: Buffer) => (said += text.toString()))
  // Its server would go on: it is ended with the whole group, which is the shell's own.
  child.stdin.end(`${script}\nkill %1 2>/dev/null || kill $!\n`)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`exit code ${code}: ${said}`)
  return said
}

test('the five minutes lead to a verified receipt, word for word', async () => {
  const { project } = packed
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }')
  await linkPackage(project, 'express')
  for (const { file, code } of BLOCKS)
    if (file === 'server.mjs') await writeFile(join(project, file), code)

  const port = String(await findPort())
  const script = BLOCKS.filter((block) => block.isRun)
    .map((block) => block.code)
    // As long as a person takes to read on: a receipt arrives a moment after its link.
    .join('\nsleep 1\n')
    // The tests' portal listens elsewhere than under its public address, which the proof names.
    .replace('--portal "$PORTAL"', '--portal "$PUBLIC_URL"')
    .replaceAll('4000', port)
  const server = BLOCKS.find((block) => block.file === 'server.mjs')!
  await writeFile(join(project, 'server.mjs'), server.code.replaceAll('4000', port))
  const env = { PORTAL: portal.origin, PUBLIC_URL, ADMIN_TOKEN, HOME: project }
  const said = await runShell(script, project, env)
  expect(said).toContain('"verdict":"valid"')
  const receiptId = /"receiptId":"(rec_\w+)","verifyUrl"/.exec(said)![1]!
  const { body } = await portal.call('POST', '/v1/verify', {
    body: { receiptId, content: { text: 'Signed when the last word has gone.' } },
  })
  expect(body).toMatchObject({ verdict: 'valid', mode: 'test' })
})

/** What stands around the README's pieces, in a reader's own program. */
const AROUND = `
import type OpenAI from 'openai'
import type Anthropic from '@anthropic-ai/sdk'
import type { Express } from 'express'
import type { Counterfoil, CounterfoilOptions } from '@counterfoil/sdk'
declare global {
  const app: Express
  const openai: OpenAI
  const anthropic: Anthropic
  const counterfoil: Counterfoil
  const settings: CounterfoilOptions
  const signingKey: string
  const portal: string
  const text: string
  const url: string
  const link: string
  const question: string
  const jobId: string
  const messages: { role: 'user'; content: string }[]
  const languageModel: Parameters<typeof import('ai').wrapLanguageModel>[0]['model']
  function source(): AsyncIterable<string>
  function send(text: string): void
  function show(text: string): void
  function log(text: string): void
  function askModel(messages: unknown, signal: AbortSignal): AsyncIterable<string>
}
`

/** Where each name that the pieces use is imported from: the table of entries says so too. */
const IMPORTS: Record<string, string> = {
  createCounterfoil: '@counterfoil/sdk',
  proveKey: '@counterfoil/sdk',
  createDiskStore: '@counterfoil/sdk/node',
  verifyReceipt: '@counterfoil/sdk/verify',
  tapOpenAI: '@counterfoil/sdk/openai',
  readReceiptTrailer: '@counterfoil/sdk/openai',
  tapSse: '@counterfoil/sdk/tap-sse',
  tapAnthropic: '@counterfoil/sdk/anthropic',
  counterfoilMiddleware: '@counterfoil/sdk/ai-sdk',
  readReceiptStream: '@counterfoil/sdk/client',
  useReceiptStream: '@counterfoil/sdk/react',
  ReceiptBadge: '@counterfoil/sdk/react',
  wrapLanguageModel: 'ai',
  streamText: 'ai',
}

function withImports(code: string): string {
  const own = /\(res,|sendReceiptStream\(\s*res\b/.test(code) ? 'express' : 'next'
  const names = { ...IMPORTS, sendReceiptStream: `@counterfoil/sdk/${own}` }
  const needed = Object.entries(names).filter(([name]) => new RegExp(`\\b${name}\\b`).test(code))
  return `${needed.map(([name, from]) => `import { ${name} } from '${from}'`).join('\n')}\nexport {}\n${code}`
}

test('every piece of code compiles against the packed package', async () => {
  const { project } = packed
  for (const name of ['openai', '@anthropic-ai/sdk', 'ai', '@types/express', '@types/react'])
    if (!existsSync(join(project, 'node_modules', name))) await linkPackage(project, name)
  await writeFile(join(project, 'around.d.ts'), AROUND)
  const pieces = BLOCKS.filter(({ language }) => /^tsx?$/.test(language))
  expect(pieces.length).toBeGreaterThan(10)
  const files = await Promise.all(
    pieces.map(async ({ language, code }, at) => {
      const file = join(project, `piece-${at}.${language === 'ts' ? 'mts' : 'tsx'}`)
      await writeFile(file, withImports(code))
      return file
    }),
  )
  const program = ts.createProgram([join(project, 'around.d.ts'), ...files], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    jsx: ts.JsxEmit.ReactJSX,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  })
  const faults = ts.getPreEmitDiagnostics(program).map((one) => {
    const line = one.file?.text.slice(one.start).split('\n')[0] ?? ''
    return `${line}: ${ts.flattenDiagnosticMessageText(one.messageText, '\n')}`
  })
  expect(faults).toEqual([])
})

/** Every declaration of the package, wherever in it. */
const declarations = () =>
  readdirSync(join(packed.folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => {
      const text = readFileSync(join(packed.folder, 'dist', file), 'utf8')
      return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
    })

/** The names of an interface's members, or of a union's texts, as the package declares them. */
function namesIn(type: string): string[] {
  const names: string[] = []
  const read = (node: ts.Node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === type)
      names.push(...node.members.map((member) => (member.name as ts.Identifier).text))
    if (ts.isTypeAliasDeclaration(node) && node.name.text === type && ts.isUnionTypeNode(node.type))
      for (const one of node.type.types)
        if (ts.isLiteralTypeNode(one) && ts.isStringLiteral(one.literal))
          names.push(one.literal.text)
  }
  for (const source of declarations()) source.forEachChild(read)
  return names
}

test.each([
  'CounterfoilOptions',
  'ReceiptDetails',
  'Ending',
  'SignedReceipt',
  'TapOptions',
  'AnswerOptions',
  'MiddlewareOptions',
  'CallHooks',
  'ReceiptStreamOptions',
  'CheckOptions',
  'ReceiptState',
  'ReadOptions',
  'StreamErrorCode',
  'CounterfoilErrorCode',
  'OutboxEvents',
  'Counterfoil',
  'VerifyOptions',
  'CheckedReceipt',
  'ReadReceipt',
  'ReadTrailer',
  'TrailerOptions',
  'SseOptions',
  'StreamState',
  'StreamStatus',
  'ProveKeyOptions',
  'Usage',
  'Reservation',
])('everything in %s is in the README', (type) => {
  const names = namesIn(type)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(README))).toEqual([])
})

test('every verdict is in the README', () => {
  expect(VERDICTS.filter((verdict) => !README.includes(`| \`${verdict}\` `))).toEqual([])
})

test('every entry is in the README, and no other', () => {
  const shown = [...README.matchAll(/^\| `(@counterfoil\/sdk[\w/-]*)`/gm)].map(([, name]) => name!)
  expect(shown.sort()).toEqual([...packed.entries].sort())
})

test('the versions that the README says were tried are those that the tests use', () => {
  const wantedIn = (...folder: string[]) => {
    const manifest = readFileSync(join(ROOT, ...folder, 'package.json'), 'utf8')
    const { devDependencies, dependencies } = JSON.parse(manifest) as Partial<
      Record<string, Record<string, string>>
    >
    return Object.entries({ ...dependencies, ...devDependencies })
  }
  const used = new Map<string, string[]>()
  for (const [name, wanted] of [...wantedIn(), ...wantedIn('test', 'sdk', 'packages')]) {
    // As in "npm:ai@5.0.277", under a name of ours.
    const [, real = name, version = wanted] = /^npm:(.+)@([^@]+)$/.exec(wanted) ?? []
    used.set(real, [...(used.get(real) ?? []), version])
  }
  const section = README.split('## Works with')[1]!.split('\n## ')[0]!
  const rows = [...section.matchAll(/^\| `([^`]+)`\s*\| ([\d., ]+?)\s*\|$/gm)]
  expect(rows.length).toBeGreaterThan(8)
  const numeric = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
  for (const [, name, versions] of rows)
    expect([name, versions!.split(', ')]).toEqual([
      name,
      [...(used.get(name!) ?? [])].sort(numeric),
    ])
})
