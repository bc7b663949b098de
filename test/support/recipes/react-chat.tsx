import { createRoot } from 'react-dom/client'
import { ReceiptBadge, useReceiptStream } from '../../../sdk/src/react.tsx'

const headers = { 'content-type': 'application/json' }
const body = JSON.stringify({ question: 'Where is the library?' })

function Chat() {
  const { text, status, receipt, start, stop } = useReceiptStream('/chat')
  return (
    <main>
      <button onClick={() => void start({ method: 'POST', headers, body })}>Ask</button>
      {status === 'streaming' && <button onClick={() => void stop()}>Stop</button>}
      <p id="text">{text}</p>
      <ReceiptBadge receipt={receipt} />
    </main>
  )
}

createRoot(document.getElementById('root')!).render(<Chat />)
