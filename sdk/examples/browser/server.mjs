import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCounterfoil } from '@counterfoil/sdk'
import { sendReceiptStream, stopReceiptStream } from '@counterfoil/sdk/express'
import { build } from 'esbuild'
import express from 'express'
import { leaveWell } from '../leave-well.mjs'
import { askModel, model, provider } from '../model.mjs'

const { env } = process
const here = import.meta.dirname

const counterfoil = createCounterfoil({
  portal: env.COUNTERFOIL_PORTAL,
  issuer: env.COUNTERFOIL_ISSUER,
  signingKey: readFileSync(env.COUNTERFOIL_KEY_FILE, 'utf8'),
  apiKey: env.COUNTERFOIL_API_KEY,
  defaults: { model, provider },
  onError: (error) => console.error(`${error.code}: ${error.message}`),
})
leaveWell(counterfoil)

// What your bundler does.
const { outputFiles } = await build({
  entryPoints: [join(here, 'page.mjs')],
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
})

const app = express()
app.use(express.json())
app.get('/', (req, res) => res.sendFile(join(here, 'index.html')))
app.get('/page.js', (req, res) => res.type('js').send(outputFiles[0].text))
app.post('/chat', (req, res) =>
  sendReceiptStream(res, counterfoil, (signal) => askModel(req.body.question, signal)),
)
app.delete('/chat', stopReceiptStream)

const server = app.listen(Number(env.PORT ?? 4000), () => {
  console.log(`Ready. Open http://localhost:${server.address().port}/ in a browser.\n`)
})
