import { Buffer } from 'node:buffer'
import type { Run } from '../../connection.ts'
import { byteaArray } from '../array.ts'

/** Of each receipt, whether its content is kept now. */
export async function selectContentsKept(run: Run, ids: Uint8Array[]): Promise<boolean[]> {
  const rows = await run<{ id: Uint8Array }>(
    'select receipt_id as id from contents where receipt_id = any($1::bytea[])',
    [byteaArray(ids)],
  )
  const kept = new Set(rows.map(({ id }) => Buffer.from(id).toString('latin1')))
  return ids.map((id) => kept.has(Buffer.from(id).toString('latin1')))
}
