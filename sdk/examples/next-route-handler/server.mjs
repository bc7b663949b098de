// Calls the route handler as Next.js would: see README.md.
import { leaveWell } from '../leave-well.mjs'
import { serveWeb } from '../serve-web.mjs'
import * as chat from './app/api/chat/route.mjs'
import { counterfoil } from './counterfoil.mjs'

leaveWell(counterfoil)

const url = await serveWeb(Number(process.env.PORT ?? 4000), async (request) => {
  const handler = new URL(request.url).pathname === '/api/chat' ? chat[request.method] : undefined
  return handler === undefined ? new Response(null, { status: 404 }) : handler(request)
})

console.log(`Ready. Try:

  curl -N ${url}/api/chat -H 'Content-Type: application/json' -d '{"question":"What is a receipt?"}'
`)
