import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'

/** The system gives a process's number to another one later; the other fields tell them apart. */
export type Process = { pid: number; uid: number; started: string; command: string }

/**
 * The living process of this number, or undefined. A zombie counts as dead: in a container whose
 * first process never reaps, a killed process stays in the table for ever, and both `kill(pid, 0)`
 * and Postgres take it for alive.
 */
export function findProcess(pid: number): Process | undefined {
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined
  try {
    return process.platform === 'linux' ? readProc(pid) : readPs(pid)
  } catch {
    return undefined
  }
}

function readProc(pid: number): Process | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold spaces and brackets: the fields begin after the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return {
    pid,
    uid: statSync(`/proc/${pid}`).uid,
    started: `${boot}/${fields[19] ?? ''}`,
    command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
  }
}

function readPs(pid: number): Process | undefined {
  const ask = (column: string) =>
    execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', NODE_ENV: 'production' },
    }).trim()
  if (ask('stat').startsWith('Z')) return undefined
  return { pid, uid: Number(ask('uid')), started: ask('lstart'), command: ask('command') }
}
