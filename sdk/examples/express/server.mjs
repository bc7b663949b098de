import { readFileSync } from 'node:fs'
import { createCounterfoil } from '@counterfoil/sdk'
import { sendReceiptStream, stopReceiptStream } from '@counterfoil/sdk/express'
import { createDiskStore } from '@counterfoil/sdk/node'
import express from 'express'
import { leaveWell } from '../leave-well.mjs'
import { askModel, model, provider } from '../model.mjs'

const { env } = process

const counterfoil = createCounterfoil({
  portal: env.COUNTERFOIL_PORTAL,
  issuer: env.COUNTERFOIL_ISSUER,
  signingKey: readFileSync(env.COUNTERFOIL_KEY_FILE, 'utf8'),
  apiKey: env.COUNTERFOIL_API_KEY,
  // A receipt is on this disk before its link is handed out, whatever becomes of the process.
  outbox: createDiskStore(env.OUTBOX_FILE ?? '.data/examples/express.outbox'),
  defaults: { model, provider },
  onError: (error) => console.error(`${error.code}: ${error.message}`),
})

leaveWell(counterfoil)

const app = express()
app.use(express.json())

app.post('/chat', (req, res) =>
  sendReceiptStream(res, counterfoil, (signal) => askModel(req.body.question, signal)),
)
app.delete('/chat', stopReceiptStream)

const server = app.listen(Number(env.PORT ?? 4000), () => {
  const url = `http://localhost:${server.address().port}`
  console.log(`Ready. Try:

  curl -N ${url}/chat -H 'Content-Type: application/json' -d '{"question":"What is a receipt?"}'
`)
})
