import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { namedReceipt, noReceipt } from './verify/check-receipt.ts'
import { badgeEnglish, ReceiptBadge, useReceiptStream, type ReadReceipt } from './react.tsx'

const receiptId = `rec_${'0'.repeat(32)}`
const sent = namedReceipt({ receiptId, verifyUrl: `https://portal.example/r/${receiptId}` })
const draw = (receipt: ReadReceipt | null): string =>
  renderToStaticMarkup(<ReceiptBadge receipt={receipt} />)

test('a badge says its state in words that a screen reader hears, and links to the receipt', () => {
  expect(draw(null)).toBe(
    '<span role="status" data-state="awaited">Receipt pending. It comes when the answer has ended.</span>',
  )
  const markup = draw({ ...sent, state: 'verified', matches: true, verdict: 'valid' })
  expect(markup).toContain('role="status"')
  expect(markup).toContain(`href="https://portal.example/r/${receiptId}"`)
  expect(markup).toContain('>Receipt verified</a>. This is the text that was signed.')
})

test('every state has words of its own kind, and only “verified” says verified', () => {
  for (const [state, { label }] of Object.entries(badgeEnglish))
    expect([state, label.includes('verified')]).toEqual([state, state === 'verified'])
  expect(draw({ ...sent, state: 'differs' })).toContain('not the text that was signed')
  expect(draw(noReceipt('cap_exceeded'))).toContain('No receipt')
})

test('a partial answer’s badge says that it was cut short', () => {
  expect(draw({ ...sent, state: 'verified', verdict: 'partial' })).toContain('cut short')
})

test('words can be another language’s', () => {
  const words = { ...badgeEnglish, awaited: { label: 'Beleg folgt', says: 'Am Ende.' } }
  expect(
    renderToStaticMarkup(<ReceiptBadge receipt={null} words={words} className="beleg" />),
  ).toBe('<span role="status" class="beleg" data-state="awaited">Beleg folgt. Am Ende.</span>')
})

test('on a server the hook is idle, and asks for nothing', () => {
  function Page(): ReactElement {
    const { text, status, receipt } = useReceiptStream('/chat')
    return <p>{`${status}:${text}:${receipt === null}`}</p>
  }
  expect(renderToStaticMarkup(<Page />)).toBe('<p>idle::true</p>')
})
