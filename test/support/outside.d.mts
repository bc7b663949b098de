export function findProgram(program: string): string | undefined
export function splitOutside(): { files: string[]; missing: { program: string; file: string }[] }
