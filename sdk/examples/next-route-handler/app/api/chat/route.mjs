// In a Next.js app this is app/api/chat/route.ts, word for word but for the types.
import { sendReceiptStream } from '@counterfoil/sdk/next'
import { counterfoil } from '../../../counterfoil.mjs'
import { askModel } from '../../../../model.mjs'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export async function POST(request) {
  const { question } = await request.json()
  return sendReceiptStream(request, counterfoil, (signal) => askModel(question, signal))
}

/** The Stop button of `useReceiptStream`. */
export { stopReceiptStream as DELETE } from '@counterfoil/sdk/next'
