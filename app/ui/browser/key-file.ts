import { readPublicKey } from '../console/issuers/read-public-key.ts'
import { byId } from './page-parts.ts'

/** A public key is a line or two; what is longer is something else, and isn't read at all. */
const KEY_FILE_BYTES_MAX = 20_000

const zone = byId('key-file')
const picker = byId('key-file-pick') as HTMLInputElement
const says = byId('key-file-says')
const fieldOf = (name: string) =>
  document.querySelector<HTMLTextAreaElement>(`textarea[name=${name}]`)
const field = fieldOf('jwk')
const proofField = fieldOf('proof')

/** The file is read here, in the browser: of a private key nothing goes into the field. */
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
// On the whole page: a file dropped beside the box would otherwise replace the page.
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
  // Words are dropped where they were meant to go.
  if (file === undefined) return
  event.preventDefault()
  void take(file)
})
zone.hidden = false
