import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

const listSources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test)\.tsx?$/.test(file) && !/node_modules|^dist/.test(file))
    .map((file) => `${folder}/${file}`)

/** The functions of a file that are too long, unless the comment above one says "Long because". */
function longFunctions(file: string, text: string): string[] {
  // A short file needs no parsing.
  if (text.split('\n').length <= 80) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const found: string[] = []
  function hasReason(node: ts.Node): boolean {
    const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
    if (comments.some(({ pos, end }) => text.slice(pos, end).includes('Long because'))) return true
    // Of `const name = () => …` the comment stands above the whole statement.
    const { parent } = node
    return !ts.isSourceFile(parent) && lineOf(parent.getStart()) === lineOf(node.getStart())
      ? hasReason(parent)
      : false
  }
  function visit(node: ts.Node): void {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1
      const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : null)
      if (lines > 80 && !hasReason(node)) found.push(`${file} ${name?.getText() ?? 'unnamed'}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('the length of functions', () => {
  const lines = (count: number): string => 'call()\n'.repeat(count)

  test('no function is longer than 80 lines without a reason above it', () => {
    const files = ['sdk', 'db', 'app'].flatMap(listSources)
    const long = files.flatMap((file) =>
      longFunctions(file, readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(long.sort()).toEqual([])
  })

  test('a function of 81 lines is found, one of 80 lines or with a reason is not', () => {
    const long = `const walk = () => {\n${lines(79)}}`
    expect(longFunctions('a.ts', long)).toEqual(['a.ts walk'])
    expect(longFunctions('a.ts', `function walk() {\n${lines(78)}}`)).toEqual([])
    expect(longFunctions('a.ts', `/** Long because one table is one table. */\n${long}`)).toEqual(
      [],
    )
  })
})
