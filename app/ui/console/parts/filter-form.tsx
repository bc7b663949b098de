import type { ReactNode } from 'react'

interface FilterFormProps {
  label: string
  children: ReactNode
  /** The address without any filter; null where no filter is on. */
  clear: string | null
}

/** A search form that stands in the address, so that it can be bookmarked and sent on. */
export function FilterForm({ label, children, clear }: FilterFormProps) {
  return (
    <form className="filter" method="get" role="search" aria-label={label}>
      {children}
      <p className="actions">
        <button className="button" type="submit">
          Search
        </button>
        {clear === null ? null : (
          <a className="button secondary" href={clear}>
            Clear
          </a>
        )}
      </p>
    </form>
  )
}

interface FilterFieldProps {
  name: string
  label: string
  value: string | undefined
  type?: 'search' | 'date'
  help?: string
  error?: string | undefined
  isWide?: boolean
}

export function FilterField({
  name,
  label,
  value = '',
  type = 'search',
  help,
  error,
  isWide = false,
}: FilterFieldProps) {
  const id = `filter-${name}`
  const notes = [
    ...(help === undefined ? [] : [`${id}-help`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ]
  return (
    <div className={isWide ? 'field wide' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        // A date field would drop an impossible day, so a text field shows it as typed.
        type={error === undefined ? type : 'text'}
        defaultValue={value}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={notes.length === 0 ? undefined : notes.join(' ')}
      />
      {help === undefined ? null : (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

interface DayFieldsProps {
  /** The filters' values as typed, by the filters' names. */
  asked: Record<string, string>
  wrong: ('from' | 'to')[]
  /** The first day's. */
  label?: string
}

export function DayFields({ asked, wrong, label = 'From (UTC)' }: DayFieldsProps) {
  const errorOf = (name: 'from' | 'to') => (wrong.includes(name) ? NOT_A_DAY : undefined)
  return (
    <>
      <FilterField
        name="from"
        label={label}
        type="date"
        value={asked.from}
        error={errorOf('from')}
      />
      <FilterField
        name="to"
        label="To, included"
        type="date"
        value={asked.to}
        error={errorOf('to')}
      />
    </>
  )
}

interface FilterSelectProps {
  name: string
  label: string
  value: string | undefined
  /** The first option stands for everything. */
  options: { value: string; text: string }[]
}

export function FilterSelect({ name, label, value = '', options }: FilterSelectProps) {
  const id = `filter-${name}`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={value}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  )
}

const NOT_A_DAY = 'Write a day as 2026-11-21.'
