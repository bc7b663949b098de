import type { Ctx } from '#app/context.ts'
import type { Run } from '#db/connection.ts'

interface Explained {
  Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number }
}

/**
 * How many of the database's blocks (8 KiB each) the single statements of `work` touch, cached or
 * not. A busy machine makes everything slower, but nothing bigger: what must stay quick at any size
 * is held to this, and not to a clock.
 */
export async function countBlocks(
  ctx: Ctx,
  work: (ctx: Ctx) => Promise<unknown>,
): Promise<{ blocks: number; statements: number }> {
  const { run } = ctx.db
  let blocks = 0
  let statements = 0
  const measured: Run = async (text, values) => {
    const [row] = await run<{ 'QUERY PLAN': string | [Explained] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    )
    const read = row!['QUERY PLAN']
    const [{ Plan: plan }] = typeof read === 'string' ? (JSON.parse(read) as [Explained]) : read
    blocks += plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    statements++
    return run(text, values)
  }
  await work({ ...ctx, db: { ...ctx.db, run: measured } })
  return { blocks, statements }
}
