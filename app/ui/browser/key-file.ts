import { readPublicKey } from '../console/issuers/read-public-key.ts'
import { byId } from './page-parts.ts'

/** A public key is a line or two long, so a larger file is not read at all. */
const KEY_FILE_BYTES_MAX = 20_000

const zone = byId('key-file')
const picker = byId('key-file-pick') as HTMLInputElement
const says = byId('key-file-says')
const fieldOf = (name: string) =>
  document.querySelector<HTMLTextAreaElement>(`textarea[name=${name}]`)
const field = fieldOf('jwk')
const proofField = fieldOf('proof')

/** Reads the file in the browser; a private key is refused and never gets into the field. */
async function take(file: File | undefined): Promise<void> {
  if (file === undefined || field === null) return
  if (file.size > KEY_FILE_BYTES_MAX) {
    show('This file is too long for a key.', 'bad')
    return
  }
  const reading = readPublicKey(await file.text())
  if (!reading.ok) {
    show(`${file.name}: ${reading.says} Nothing was sent.`, 'bad')
    return
  }
  field.value = JSON.stringify(reading.jwk)
  if (reading.proof === undefined || proofField === null) {
    show(`The public key of ${file.name} stands in the field below.`, 'good')
    return
  }
  proofField.value = reading.proof
  show(`The public key and the proof of ${file.name} stand in the fields below.`, 'good')
}

function show(text: string, tone: 'good' | 'bad'): void {
  says.textContent = text
  says.dataset.tone = tone
  says.className = 'notice'
}

picker.addEventListener('change', () => {
  void take(picker.files?.[0])
  picker.value = ''
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
  const file = event.dataTransfer?.files[0]
  zone.classList.remove('over')
  // The browser itself places a dropped text.
  if (file === undefined) return
  event.preventDefault()
  void take(file)
})
zone.hidden = false
