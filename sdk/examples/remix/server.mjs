// Remix's own request handler with one resource route: see README.md.
import { createRequestHandler } from '@remix-run/node'
import { leaveWell } from '../leave-well.mjs'
import { serveWeb } from '../serve-web.mjs'
import * as chat from './app/routes/chat.mjs'
import { counterfoil } from './counterfoil.mjs'

leaveWell(counterfoil)

const handle = createRequestHandler(
  {
    entry: { module: { default: () => new Response(null, { status: 404 }) } },
    routes: { 'routes/chat': { id: 'routes/chat', path: 'chat', module: chat } },
    assets: { entry: { imports: [], module: '' }, routes: {}, url: '', version: '1' },
    assetsBuildDirectory: '',
    publicPath: '/',
    basename: '/',
    future: {},
    isSpaMode: false,
  },
  'production',
)

const url = await serveWeb(Number(process.env.PORT ?? 4000), handle)

console.log(`Ready. Try:

  curl -N ${url}/chat -H 'Content-Type: application/json' -d '{"question":"What is a receipt?"}'
`)
