import type Anthropic from '@anthropic-ai/sdk'
import type { Counterfoil } from '../../../sdk/src/index.ts'
import { sendReceiptStream } from '../../../sdk/src/next.ts'

/** A Next.js route handler; a route's own file would make `claude` and `counterfoil` itself. */
export const makePost =
  (claude: Anthropic, counterfoil: Counterfoil, partial?: 'sign' | 'skip') =>
  async (request: Request): Promise<Response> => {
    const { messages } = (await request.json()) as { messages: Anthropic.MessageParam[] }
    const details = { model: 'claude-opus-4-7', provider: 'anthropic', reserve: true, partial }
    return sendReceiptStream(
      request,
      counterfoil,
      (signal) =>
        claude.messages.stream({ model: details.model, max_tokens: 4096, messages }, { signal }),
      details,
    )
  }
