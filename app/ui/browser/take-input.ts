import { encodeUtf8 } from '#receipt/bytes.ts'

const FILE_BYTES_MAX = 67_108_864

/** An empty file counts as content; an empty box does not. */
export type Given = { bytes: Uint8Array } | { tooLarge: number } | { nothing: true }

interface InputParts {
  zone: HTMLElement
  text: HTMLTextAreaElement
  file: HTMLInputElement
  go: HTMLElement
}

/**
 * A box for a typed or pasted text, or a dropped file. Files are read as bytes, because a form
 * would turn LF into CRLF. A textarea turns CRLF into LF, so a paste is taken from the clipboard
 * itself as long as the box holds the paste alone.
 */
export function takeInput({ zone, text, file, go }: InputParts, take: (given: Given) => void) {
  let pasted: string | null = null
  const takeText = () => {
    const exact = pasted !== null && asTextarea(pasted) === text.value ? pasted : text.value
    take(exact === '' ? { nothing: true } : { bytes: encodeUtf8(exact) })
  }
  const takeFile = (chosen: File | undefined | null) => {
    if (!chosen) return
    if (chosen.size > FILE_BYTES_MAX) take({ tooLarge: FILE_BYTES_MAX })
    else void chosen.arrayBuffer().then((buffer) => take({ bytes: new Uint8Array(buffer) }))
  }
  text.addEventListener('paste', (event) => {
    pasted = event.clipboardData?.getData('text/plain') ?? null
    // The browser inserts the paste first, so that the box and the taken text agree.
    setTimeout(() => {
      if (pasted !== null && asTextarea(pasted) === text.value) takeText()
    })
  })
  go.addEventListener('click', takeText)
  file.addEventListener('change', () => {
    takeFile(file.files?.[0])
    file.value = ''
  })
  // The whole page listens, because a file dropped beside the box would replace the page.
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    zone.classList.add('over')
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) zone.classList.remove('over')
  })
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    zone.classList.remove('over')
    const dropped = event.dataTransfer?.files[0]
    const words = event.dataTransfer?.getData('text/plain') ?? ''
    if (dropped) takeFile(dropped)
    else if (words !== '') take({ bytes: encodeUtf8(words) })
  })
}

/** A text as a textarea holds it. */
const asTextarea = (text: string): string => text.replace(/\r\n?/g, '\n')
