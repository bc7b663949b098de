/** The time for which a button says that it has copied. */
const SAID_MS = 2_000

/** Copy buttons are hidden until this script runs, because they can't work without it. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
  const source = document.getElementById(button.dataset.copies ?? '')
  if (source === null) continue
  const label = [...button.childNodes]
  const say = (text: string) => {
    button.textContent = text
    setTimeout(() => {
      button.replaceChildren(...label)
    }, SAID_MS)
  }
  button.setAttribute('aria-live', 'polite')
  button.hidden = false
  button.addEventListener('click', () => {
    // Without a clipboard, as over plain http, the button selects the text instead.
    const clipboard = navigator.clipboard as Clipboard | undefined
    if (clipboard === undefined) select(source, say)
    else
      clipboard.writeText(source.textContent).then(
        () => say('Copied'),
        () => select(source, say),
      )
  })
}

function select(source: HTMLElement, say: (text: string) => void): void {
  getSelection()?.selectAllChildren(source)
  say('Selected: press Ctrl+C')
}
