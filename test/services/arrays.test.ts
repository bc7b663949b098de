import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { createDb } from '#db/client.server.ts'
import { byteaArray, textArray } from '#db/queries/array.ts'
import { databaseTest, given } from '../support/portal-test.ts'

const database = databaseTest()
const db = given(
  () => createDb(database.connection),
  (one) => one.close(),
)

const HOSTILE = ['', 'NULL', null, '{"a","b"}', '\\x00', `'; drop table receipts; --`, 'né 🧾 שלום']

test.each([[[]], [[null]], [['one']], [HOSTILE], [Array(3_000).fill('{,}')]])(
  'texts arrive in Postgres as they are: %j',
  async (texts) => {
    const rows = await db.run<{ value: string | null; bytes: number | null }>(
      'select value, octet_length(value) as bytes from unnest($1::text[]) with ordinality u(value, n) order by n',
      [textArray(texts)],
    )
    expect(rows.map((row) => row.value)).toEqual(texts)
    expect(rows.map((row) => row.bytes)).toEqual(
      texts.map((text: string | null) => (text === null ? null : Buffer.byteLength(text))),
    )
  },
)

test('bytes arrive in Postgres as they are, a view of a larger buffer too', async () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  const values = [all, null, new Uint8Array(0), all.subarray(92, 94)]
  const rows = await db.run<{ value: Buffer | null }>(
    'select value from unnest($1::bytea[]) with ordinality u(value, n) order by n',
    [byteaArray(values)],
  )
  expect(rows.map(({ value }) => value?.toString('hex') ?? null)).toEqual(
    values.map((value) => (value === null ? null : Buffer.from(value).toString('hex'))),
  )
})

test('a text that Postgres can hold nowhere is refused, and breaks no connection', async () => {
  const select = (texts: string[]) =>
    db.run<{ n: number }>('select cardinality($1::text[]) as n', [textArray(texts)])
  await expect(select(['a\0b'])).rejects.toThrow('invalid byte sequence')
  expect(await select(['a', 'b'])).toEqual([{ n: 2 }])
})
