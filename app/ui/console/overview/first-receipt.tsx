import { Empty } from '../parts/notice.tsx'

/** Stands in place of an empty list of receipts: the request that posts the first one. */
export function FirstReceipt({ publicUrl }: { publicUrl: string }) {
  return (
    <div className="panel">
      <Empty
        title="No receipt yet"
        says="A service signs a receipt for each answer and posts it with its API key. The first one appears here at once."
        action={
          <>
            <a className="button" href="/admin/api-keys">
              API keys
            </a>
            <a className="button secondary" href="/docs">
              How to post
            </a>
          </>
        }
      />
      <h2>The request</h2>
      <PostLine publicUrl={publicUrl} />
      <p className="quiet">
        When you create an API key, the next page shows this line with the key in it.
      </p>
    </div>
  )
}

/** The curl line without an API key; the page of a new API key has it with the key. */
export function PostLine({ publicUrl }: { publicUrl: string }) {
  return (
    <pre className="code" tabIndex={0} role="region" aria-label="The request as a curl command">
      {`curl -X POST ${publicUrl}/v1/receipts \\
  -H 'Authorization: Bearer cfl_live_…' \\
  -H 'Content-Type: application/json' \\
  -d '{"receipt":"<the signed receipt>"}'`}
    </pre>
  )
}
