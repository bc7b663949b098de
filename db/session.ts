/** The server gives a process number again, so the time of the start belongs to a session's name. */
export interface Session {
  pid: number
  since: string
}

/**
 * Statements mean something else under other settings, and a role or a database may have settings
 * of its own. A setting that the connection's own URL names is left alone.
 */
const SETTINGS = {
  search_path: '"$user", public',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '15s',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
}

export type Settings = Partial<Record<keyof typeof SETTINGS, string>>

/**
 * A statement and not startup parameters: poolers refuse or forget those. It sets what the server
 * knows, as older servers lack `transaction_timeout`.
 */
export const OPEN_SESSION = `select pg_backend_pid() as pid,
    (select extract(epoch from a.backend_start)::text from pg_stat_activity a
      where a.pid = pg_backend_pid()) as since,
    count(set_config(s.name, w.value, false)) as set
  from unnest($1::text[], $2::text[]) w(name, value)
  join pg_settings s on s.name = w.name and s.source <> 'client'`

export function settingsOf(own: Settings): [string[], string[]] {
  const all = { ...SETTINGS, ...own }
  return [Object.keys(all), Object.values(all)]
}

/**
 * Ends the sessions of broken connections, and gives the process numbers of those that still live. A
 * commit that hangs outlives its connection and the timeout of its statement. Without `materialized`
 * the planner might end every session before it joins.
 */
export const END_SESSIONS = `with abandoned as materialized (
    select a.pid from pg_stat_activity a
      join unnest($1::int[], $2::text[]) s(pid, since)
        on s.pid = a.pid and s.since = extract(epoch from a.backend_start)::text)
  select pid, pg_terminate_backend(pid) from abandoned`
