import express, { type Express } from 'express'
import { sendReceiptStream, stopReceiptStream } from '../../../sdk/src/express.ts'
import type { Counterfoil } from '../../../sdk/src/index.ts'

type AskModel = (question: string, signal: AbortSignal) => AsyncIterable<string>

export function makeApp(counterfoil: Counterfoil, askModel: AskModel): Express {
  const app = express().use(express.json())
  app.post('/chat', (req: express.Request<object, unknown, { question: string }>, res) =>
    sendReceiptStream(res, counterfoil, (signal) => askModel(req.body.question, signal)),
  )
  app.delete('/chat', stopReceiptStream)
  return app
}
