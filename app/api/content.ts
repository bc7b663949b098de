import { encodeUtf8 } from '#receipt/bytes.ts'
import { readBase64 } from '../values/bytes.ts'

/** The bytes of `{ text }` or `{ base64 }`, or a sentence that says what is wrong. */
export function readContent(
  content: { text: string } | { base64: string },
): { ok: true; bytes: Uint8Array } | { ok: false; pointer: string; message: string } {
  if ('text' in content) {
    // A lone surrogate has no UTF-8 form: the encoder would silently replace it.
    return content.text.isWellFormed()
      ? { ok: true, bytes: encodeUtf8(content.text) }
      : {
          ok: false,
          pointer: '/content/text',
          message: 'Holds half a surrogate pair, which has no UTF-8.',
        }
  }
  const bytes = readBase64(content.base64)
  return bytes === null
    ? { ok: false, pointer: '/content/base64', message: 'Is not base64 with its padding.' }
    : { ok: true, bytes }
}
