import type { ActionFunctionArgs } from '@remix-run/node'
import type { Outcome } from '#app/services/outcome.ts'
import { tooMany } from '#app/ui/console/door/door-words.ts'
import { begunCookie, refusalOf } from './way-in.ts'

/** The answer to the page's script: the browser's options, or the reason for none in words. */
export function answerQuestion(
  args: Pick<ActionFunctionArgs, 'context'>,
  begun: Outcome<{ options: object; token: string }, string>,
): Response {
  if (begun.ok) {
    const headers = { 'set-cookie': begunCookie(args, 'passkey', begun.value.token) }
    return Response.json({ options: begun.value.options }, { headers })
  }
  if (begun.code === 'too_many')
    return Response.json({ message: tooMany(begun.waitSeconds) }, refusalOf(begun))
  const message = begun.detail ?? 'This link can’t be used any more: ask for another one.'
  return Response.json({ message }, { status: 400 })
}

/** Each question stores a row, so only a form's POST may ask one. */
export function refuseLooking(): never {
  throw new Response(null, { status: 405, headers: { allow: 'POST' } })
}
