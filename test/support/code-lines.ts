import { readFileSync } from 'node:fs'

/** How many lines of code a file has: without comments and what is empty. */
export function countCodeLines(file: string): number {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  return code.split('\n').filter((line) => line.trim() !== '').length
}
