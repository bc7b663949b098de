/** Our own prose puts names of codes and members in backticks; nothing else in it is markup. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))
}
