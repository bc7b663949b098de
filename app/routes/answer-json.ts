import type { TypedResponse } from '@remix-run/node'

/** A loader's data with a status and headers. Remix's own `json` does the same and is deprecated. */
export const answerJson = <Data>(data: Data, init: ResponseInit): TypedResponse<Data> =>
  Response.json(data, init)
