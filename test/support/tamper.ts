import { Buffer } from 'node:buffer'
import { parseReceiptId } from '#receipt/id.ts'
import type { Sql } from './sql.ts'

/** Somebody who can write to the database without asking the portal. */
export interface Intruder {
  sql: Sql
  /** Changes one bit of one column of the row that belongs to a receipt. */
  flipBit(
    column: 'content' | 'receipt' | 'publicKey',
    receiptId: string,
    bit: number,
  ): Promise<void>
  /** Puts another string in the place of a stored receipt. */
  replaceReceipt(receiptId: string, jws: string): Promise<void>
  readReceipt(receiptId: string): Promise<string>
}

/** Needs no superuser: the trigger that keeps receipts as they are belongs to the tables' owner. */
export function breakIn(sql: Sql): Intruder {
  const readReceipt = async (receiptId: string): Promise<string> => {
    const rows = await sql<{ jws: string }[]>`
      SELECT jws FROM receipts WHERE id = ${idOf(receiptId)}`
    return rows[0]!.jws
  }
  const replaceReceipt = async (receiptId: string, jws: string): Promise<void> => {
    await sql.unsafe('ALTER TABLE receipts DISABLE TRIGGER receipts_append_only')
    const done =
      await sql`UPDATE receipts SET jws = ${jws} WHERE id = ${idOf(receiptId)} RETURNING id`
    await sql.unsafe('ALTER TABLE receipts ENABLE TRIGGER receipts_append_only')
    needOne(done.length)
  }

  return {
    sql,
    readReceipt,
    replaceReceipt,
    flipBit: async (column, receiptId, bit) => {
      const id = idOf(receiptId)
      if (column === 'content') {
        const done = await sql`
          UPDATE contents SET bytes = set_bit(bytes, ${bit}::int, 1 - get_bit(bytes, ${bit}::int))
          WHERE receipt_id = ${id} RETURNING receipt_id`
        needOne(done.length)
      } else if (column === 'publicKey') {
        const done = await sql`
          UPDATE signing_keys
          SET public_key = set_bit(public_key, ${bit}::int, 1 - get_bit(public_key, ${bit}::int))
          WHERE kid = (SELECT kid FROM receipts WHERE id = ${id}) RETURNING kid`
        needOne(done.length)
      } else {
        const bytes = Buffer.from(await readReceipt(receiptId), 'latin1')
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        await replaceReceipt(receiptId, bytes.toString('latin1'))
      }
    },
  }
}

function idOf(receiptId: string): Buffer {
  const id = parseReceiptId(receiptId)
  if (id === null) throw new Error(`${receiptId} is no receipt id`)
  return Buffer.from(id)
}

function needOne(count: number): void {
  if (count !== 1) throw new Error(`${count} rows were changed instead of one`)
}
