import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { SDK } from '../support/sdk.ts'

const { exports } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>
}

/** Every entry's source, under the name by which it is imported. */
const ENTRIES = Object.values(exports).flatMap((entry) => {
  if (typeof entry === 'string') return []
  const name = entry.types.replace('./dist/', '').replace('.d.ts', '')
  return resolve(SDK, 'src', name === 'react' ? 'react.tsx' : `${name}.ts`)
})

/** The core's files: others build their own verifier on its exports. */
const CORE = readdirSync(join(SDK, 'src/receipt'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => resolve(SDK, 'src/receipt', name))

test.each([
  ['the entries', ENTRIES, 80],
  ['the core', CORE, 90],
])('every export of %s has a docstring', (_name, files, atLeast) => {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    jsx: ts.JsxEmit.ReactJSX,
  })
  const checker = program.getTypeChecker()
  const silent = new Set<string>()
  let count = 0
  for (const file of files) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
    for (const exported of checker.getExportsOfModule(module)) {
      count++
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported
      if (symbol.getDocumentationComment(checker).length === 0) silent.add(symbol.name)
    }
  }
  expect(count).toBeGreaterThan(atLeast)
  expect([...silent]).toEqual([])
})
