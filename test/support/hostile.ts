/** A name for the alarm that every one of these would ring if it ran. */
const RING = 'window.__pwned=1'

/** Texts that are markup, script, address or template somewhere, or that lie about how they look. */
export const HOSTILE: readonly string[] = [
  `<script>${RING}</script>`,
  `</script><script>${RING}</script>`,
  `<img src=x onerror="${RING}">`,
  `<svg/onload=${RING}>`,
  `"><svg onload=${RING}>`,
  `' onmouseover='${RING}' autofocus onfocus='${RING}`,
  `" autofocus onfocus="${RING}" x="`,
  '`-alert(1)-`${alert(1)}',
  '{{constructor.constructor("alert(1)")()}}',
  '<%= 7*7 %>#{7*7}${7*7}{{7*7}}',
  `javascript:${RING}//`,
  `JaVaScRiPt&colon;${RING}`,
  `data:text/html,<script>${RING}</script>`,
  '</title></style></textarea></noscript></template></pre></bdi></dd></dl></main></body></html>',
  `--><script>${RING}</script><!--`,
  `]]><script>${RING}</script>`,
  '<base href="//evil.test/"><meta http-equiv=refresh content="0;url=//evil.test/">',
  '<link rel=stylesheet href=//evil.test/x.css><iframe src=//evil.test></iframe>',
  '<form action=//evil.test><input type=submit style="position:fixed;inset:0">',
  '&lt;script&gt;&amp;#x3c;img&#x3e;',
  '\\u003cscript\\u003e \\x3cimg\\x3e',
  '"; DROP TABLE receipts; --',
  '../../../etc/passwd\\..\\..',
  '%3Cscript%3E%0d%0aSet-Cookie:%20a=b',
  '__proto__',
  '\u202egpj.exe\u202c\u2066hidden\u2069',
  'ACME\u200b\u200c\u200d\u2060\ufeffBank',
  'line\u2028separator\u2029paragraph',
  'bell\u0007escape\u001b[31mred\u001b[0m delete\u007f next\u0085line',
  'tab\tand\r\nline breaks\n',
  `Z${'\u0301\u0322\u0334'.repeat(20)}algo`,
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  'بنك الرياض (ACME) 123',
  'x'.repeat(120),
]

/** Characters that turn, hide or imitate what is around them: none may reach a reader as itself. */
export const ACTING =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
