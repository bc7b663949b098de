import { readFileSync } from 'node:fs'
import type { Run } from '#db/connection.ts'
import { byteaArray, textArray } from '#db/queries/array.ts'
import type { IngestAnswer, IngestItem } from '#db/queries/ingest/ingest.ts'
import type { Sql } from './sql.ts'

/**
 * Makes the reference that `ingest` is held to: `ingest` and `lock_counters` as migration 0005 wrote
 * them, under other names. A landed migration never changes, so neither does the reference.
 */
export async function createReference(sql: Sql): Promise<void> {
  const file = new URL('../../db/migrations/0005_ingest_new.sql', import.meta.url)
  const statements = readFileSync(file, 'utf8').split('--> statement-breakpoint')
  for (const name of ['lock_counters', 'ingest']) {
    const found = statements.find((text) =>
      new RegExp(`^CREATE .*FUNCTION ${name}\\(`, 'm').test(text),
    )
    await sql.unsafe(found!.replace(/\b(?=(?:ingest|lock_counters)\()/g, 'reference_'))
  }
}

export async function ingestByReference(run: Run, items: IngestItem[]): Promise<IngestAnswer[]> {
  const rows = await run<{
    answer: string
    other: Uint8Array | null
    used: number
    reserved: number
    cap: number | null
    resets_at: Date
  }>(
    `select answer, other, used::float8, reserved::float8, cap::float8, resets_at
      from reference_ingest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::bytea[], $10::text[], $11::bytea[], $12::text[], $13::text[])`,
    [
      textArray(items.map((i) => i.apiKey)),
      byteaArray(items.map((i) => i.secretHash)),
      byteaArray(items.map((i) => i.id)),
      byteaArray(items.map((i) => i.digest)),
      textArray(items.map((i) => i.issuer)),
      textArray(items.map((i) => i.kid)),
      textArray(items.map((i) => i.jws)),
      textArray(items.map((i) => i.visibility)),
      byteaArray(items.map((i) => i.contentDigest)),
      textArray(items.map((i) => i.jti)),
      byteaArray(items.map((i) => i.content)),
      textArray(items.map((i) => i.reservation)),
      textArray(items.map((i) => i.refusal)),
    ],
  )
  return rows.map(({ answer, other, used, reserved, cap, resets_at: resetsAt }) => ({
    answer,
    other,
    usage: { used, reserved, cap, resetsAt },
  }))
}
