import type { LoaderFunctionArgs } from '@remix-run/node'
import { exportAudit } from '#app/services/audit/list-audit.ts'
import { readAuditSearch } from './audit-search.ts'
import { requireAdmin } from '../guard.ts'

/** Streams the audit as a file, by the same filters as the audit's page. */
export async function loader(args: LoaderFunctionArgs): Promise<Response> {
  const { ctx } = await requireAdmin(args, 'viewer')
  const { search, wrong } = readAuditSearch(new URL(args.request.url).searchParams)
  if (wrong.length > 0) {
    const says = `Not a day: ${wrong.join(', ')}. Write it as 2026-11-21.\n`
    throw new Response(says, { status: 400, headers: { 'content-type': 'text/plain' } })
  }
  const day = new Date(ctx.now()).toISOString().slice(0, 10)
  return new Response(toStream(exportAudit(ctx, search)), {
    headers: {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Content-Disposition': `attachment; filename="audit-${day}.ndjson"`,
    },
  })
}

/** Reads one part at a time, and stops when the client leaves. */
function toStream(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await parts.next()
        if (next.done === true) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      },
      async cancel() {
        await parts.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
