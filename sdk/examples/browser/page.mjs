import { readReceiptStream } from '@counterfoil/sdk/client'

const [form, question, stop, answer, badge] = ['form', 'question', 'stop', 'answer', 'receipt'].map(
  (id) => document.getElementById(id),
)

const SAYS = {
  sent: 'is being checked against this text …',
  pending: 'is signed, and not at the portal yet.',
  verified: 'is for exactly this text.',
  differs: 'is for another text than this one!',
  invalid: 'does not hold!',
  unreachable: 'could not be checked now.',
}

function show({ state, verifyUrl, verdict, error }) {
  badge.dataset.state = state
  if (state === 'none') return (badge.textContent = `No receipt: ${error}.`)
  const link = document.createElement('a')
  Object.assign(link, {
    href: verifyUrl,
    target: '_blank',
    rel: 'noopener',
    textContent: 'receipt',
  })
  const cut = verdict === 'partial' ? ' The answer was cut short.' : ''
  badge.replaceChildren('Its ', link, ` ${SAYS[state] ?? ''}${cut}`)
}

let reader = null

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  await reader?.stop()
  answer.textContent = ''
  badge.textContent = 'The receipt comes when the answer has ended.'
  badge.dataset.state = 'awaited'
  const response = await fetch('/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question: question.value }),
  })
  reader = readReceiptStream(response, { onReceipt: show })
  stop.disabled = false
  try {
    for await (const piece of reader) answer.append(piece)
  } catch (error) {
    answer.append(` [${error.message}]`)
  }
  stop.disabled = true
})

// The model stops, and what came so far still gets its receipt.
stop.addEventListener('click', () => reader?.stop())
