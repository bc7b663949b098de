import { readFile } from 'node:fs/promises'
import type { OutboxItem } from './delivery.ts'
import { CounterfoilError } from '../errors.ts'

/** One line of an outbox's file. */
export type Line = { add: OutboxItem } | { remove: string[] }

const HEADER = { counterfoilOutbox: 1 }

/** The file's first line. */
export const writeHeader = (): string => `${JSON.stringify(HEADER)}\n`
/** A line as JSON, with its line end. */
export const writeLine = (line: Line): string => `${JSON.stringify(line)}\n`

/**
 * Reads the waiting receipts, in their order. Throws `outbox_unusable` for a file that is no
 * outbox: the path may be a mistake, and the outbox would overwrite the file.
 */
export async function readItems(file: string): Promise<OutboxItem[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  })
  if (text === '') return []
  if (!text.startsWith(writeHeader()))
    throw new CounterfoilError('outbox_unusable', `${file} is not an outbox; it was left as it is.`)
  const items = new Map<string, OutboxItem>()
  for (const one of text.split('\n')) {
    const line = readLine(one)
    // A process died while it wrote this line, so its caller never got the receipt's id.
    if (line === null) continue
    if ('add' in line) items.set(line.add.receiptId, line.add)
    else for (const id of line.remove) items.delete(id)
  }
  return [...items.values()]
}

function readLine(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Partial<Record<'add' | 'remove', unknown>> | null
    if (typeof line !== 'object' || line === null) return null
    if (Array.isArray(line.remove)) return { remove: line.remove as string[] }
    return typeof line.add === 'object' && line.add !== null ? (line as Line) : null
  } catch {
    return null
  }
}
