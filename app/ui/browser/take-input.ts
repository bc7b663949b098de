import { encodeUtf8 } from '#receipt/bytes.ts'

const FILE_BYTES_MAX = 67_108_864

/** An empty file is a content like any other; an empty box is nobody's text. */
export type Given = { bytes: Uint8Array } | { tooLarge: number } | { nothing: true }

interface InputParts {
  zone: HTMLElement
  text: HTMLTextAreaElement
  file: HTMLInputElement
  go: HTMLElement
}

/**
 * A box that text is typed or pasted into, or a file dropped on. Files are read as bytes, because
 * a form would turn LF into CRLF. A textarea turns CRLF into LF, so a paste is taken from the
 * clipboard itself as long as nothing else is in the box.
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
    // After the browser has put it in, so that the box and what is taken from it agree.
    setTimeout(() => {
      if (pasted !== null && asTextarea(pasted) === text.value) takeText()
    })
  })
  go.addEventListener('click', takeText)
  file.addEventListener('change', () => {
    takeFile(file.files?.[0])
    file.value = ''
  })
  // On the whole page: a file dropped beside the box would otherwise replace the page.
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

/** What a textarea makes of a text that is put into it. */
const asTextarea = (text: string): string => text.replace(/\r\n?/g, '\n')
