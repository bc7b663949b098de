import { readFileSync } from 'node:fs'

export interface Block {
  language: string
  /** From the fence: ```go file=sign.go; null without one. */
  file: string | null
  /** ```sh run: a part of the script that a test runs. */
  isRun: boolean
  code: string
}

/** The fenced blocks of a page, in order. */
export function readBlocks(path: string): Block[] {
  const page = readFileSync(path, 'utf8')
  return [...page.matchAll(/^```(\w+)(?: file=(\S+)| (run))?\n([\s\S]*?)^```$/gm)].map(
    ([, language, file, run, code]) => ({
      language: language!,
      file: file ?? null,
      isRun: run !== undefined,
      code: code!,
    }),
  )
}
