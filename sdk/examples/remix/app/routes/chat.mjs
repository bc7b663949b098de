// In a Remix app this is app/routes/chat.ts, word for word but for the types.
import { sendReceiptStream, stopReceiptStream } from '@counterfoil/sdk/remix'
import { counterfoil } from '../../counterfoil.mjs'
import { askModel } from '../../../model.mjs'

export async function action({ request }) {
  // The Stop button of `useReceiptStream`.
  if (request.method === 'DELETE') return stopReceiptStream(request)
  const { question } = await request.json()
  return sendReceiptStream(request, counterfoil, (signal) => askModel(question, signal))
}
