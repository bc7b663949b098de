/** Our own prose, in which backticks around the names of codes and members are the only markup. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))
}
