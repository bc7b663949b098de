import type { Ctx } from '../context.ts'

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 256 is no multiple of 62: bytes from 248 up are thrown away, or some letters would be likelier. */
export function randomBase62(ctx: Pick<Ctx, 'random'>, length: number): string {
  let out = ''
  while (out.length < length) {
    for (const byte of ctx.random(length * 2)) {
      if (byte < 248 && out.length < length) out += BASE62[byte % 62]!
    }
  }
  return out
}
