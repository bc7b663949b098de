import { finishOnce } from './finished.ts'
import type { Handler } from './handler.ts'
import { bytesReply, type Reply } from './reply.ts'
import type { Site } from './site.server.ts'

const HTML = 'text/html; charset=utf-8'

/** A loader's data with a status and headers, made by Remix's `data(…, { status, headers })`. */
interface DataWithInit {
  type: 'DataWithResponseInit'
  data: object
  init: ResponseInit | null
}

const hasInit = (loaded: object): loaded is DataWithInit =>
  'type' in loaded && loaded.type === 'DataWithResponseInit'

/**
 * Draws a public page from its route module as static markup: loader, then component. The same data
 * object is drawn once, so a loader that gives the same object again costs next to nothing.
 */
export function answerPublicPage(site: Promise<Site>, file: string): Handler {
  const drawn = site.then(({ pageOf, drawPage }) => {
    const page = pageOf(file)
    return { page, finish: finishOnce((data: object) => drawPage(page, data)) }
  })
  drawn.catch(() => undefined)

  return async (request, ctx, params) => {
    const { openapi, scripts, drawNotice } = await site
    const { page, finish } = await drawn
    const { requestId, address, publicUrl, path, search } = request
    const context = { ctx, requestId, address, openapi, scripts }
    const url = search === '' ? publicUrl + path : `${publicUrl}${path}?${search}`
    let loaded: object
    try {
      loaded = await page.loader({ request: { url }, params, context })
    } catch (thrown) {
      // As in Remix, a loader throws a Response if its page does not exist.
      if (!(thrown instanceof Response)) throw thrown
      return drawNotice((await thrown.text()) === 'damaged' ? 'damaged' : 'nowhere', thrown.status)
    }
    if (loaded instanceof Response) return redirection(loaded)
    if (!hasInit(loaded)) {
      const { body, etag } = finish(loaded)
      return bytesReply(HTML, body, { etag })
    }
    const headers = Object.fromEntries(new Headers(loaded.init?.headers))
    const { body } = finish(loaded.data)
    return {
      status: loaded.init?.status ?? 200,
      headers: { 'content-type': HTML, ...headers },
      body,
    }
  }
}

const redirection = ({ status, headers }: Response): Reply => ({
  status,
  headers: Object.fromEntries(headers),
  body: null,
})
