import { textPieces } from '../text/text-pieces.ts'

/** An element that the server put there. Its absence is a fault of ours, not of the visitor's. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`#${id} is missing from the page`)
  return element
}

/** Text is only ever set as text: no script here makes markup of a value. */
export function make(tag: string, text = '', className = ''): HTMLElement {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  if (text !== '') addVisible(element, text)
  return element
}

/** Does the work of the server's VisibleText for values that only the browser knows. */
export function addVisible(parent: HTMLElement, text: string): void {
  const isolated = document.createElement('bdi')
  for (const piece of textPieces(text, true)) {
    if (!piece.mark) isolated.append(piece.text)
    else {
      const mark = document.createElement('span')
      mark.className = 'unseen'
      mark.textContent = piece.text
      isolated.append(mark)
    }
  }
  parent.append(isolated)
}

/** Values that the server wrote into a data attribute of its own page. */
export const readData = (element: HTMLElement, name: string): unknown =>
  JSON.parse(element.dataset[name] ?? 'null')
