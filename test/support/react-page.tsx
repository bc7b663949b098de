import { StrictMode, useEffect, useState, version, type ReactElement } from 'react'
import { createRoot } from 'react-dom/client'
import { ReceiptBadge, useChatReceipts, useReceiptStream } from '../../sdk/src/react.tsx'

/** Built by a test for React 18 and for 19, and opened in a browser; the path says what is shown. */
function Chat(): ReactElement {
  const { text, status, receipt, error, start, stop } = useReceiptStream('/chat')
  return (
    <main>
      <button onClick={() => void start({ method: 'POST' })}>Ask</button>
      <button onClick={() => void stop()}>Stop</button>
      <p id="text">{text}</p>
      <p id="status">{status}</p>
      <p id="error">{error?.code}</p>
      <ReceiptBadge receipt={receipt} />
    </main>
  )
}

/** Asks by itself as soon as it is there, as many a page does; React's strict mode does so twice. */
function Asking(): ReactElement {
  const { text, status, receipt, start } = useReceiptStream((_input, signal) =>
    fetch('/chat', { method: 'POST', signal }),
  )
  useEffect(() => void start(), [start])
  return (
    <main>
      <p id="text">{text}</p>
      <p id="status">{status}</p>
      <ReceiptBadge receipt={receipt} />
    </main>
  )
}

function Leaving(): ReactElement {
  const [isThere, setIsThere] = useState(true)
  return (
    <>
      <button onClick={() => setIsThere(false)}>Leave</button>
      {isThere && <Asking />}
    </>
  )
}

interface Given {
  receiptId: string
  verifyUrl: string
  text: string
}

/** As `useChat` has its messages, where the service's tap named their receipts. */
function Conversation({ given }: { given: Given }): ReactElement {
  const { receiptId, verifyUrl, text } = given
  const counterfoil = { receiptId, verifyUrl }
  const [messages] = useState([
    { id: 'question', role: 'user', parts: [{ type: 'text', text: 'Where?' }] },
    {
      id: 'by-metadata',
      role: 'assistant',
      metadata: { counterfoil },
      parts: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text },
      ],
    },
    {
      id: 'by-provider',
      role: 'assistant',
      parts: [{ type: 'text', text: `${text}!`, providerMetadata: { counterfoil } }],
    },
  ])
  const receipts = useChatReceipts(messages)
  return (
    <ul>
      {messages.map(({ id }) => (
        <li key={id} id={id}>
          <ReceiptBadge receipt={receipts[id]} />
        </li>
      ))}
    </ul>
  )
}

function pageOf(path: string): ReactElement {
  if (path === '/leaving') return <Leaving />
  if (path === '/asking') return <Asking />
  if (path !== '/conversation') return <Chat />
  const given = JSON.parse(new URLSearchParams(location.search).get('given')!) as Given
  return <Conversation given={given} />
}

document.title = `React ${version}`
createRoot(document.getElementById('root')!).render(
  <StrictMode>{pageOf(location.pathname)}</StrictMode>,
)
