import {
  getCollectionProps,
  getFormProps,
  getInputProps,
  getSelectProps,
  getTextareaProps,
  type FieldMetadata,
  type FormMetadata,
} from '@conform-to/react'
import type { ReactNode } from 'react'
import { CsrfField } from './console-frame.tsx'

interface FormProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  action?: string
  children: ReactNode
}

/**
 * The browser submits the form, also without JavaScript. Errors stand above the form and at their
 * fields.
 */
export function ConsoleForm<Fields extends Record<string, unknown>>({
  form,
  action,
  children,
}: FormProps<Fields>) {
  const props = getFormProps(form)
  const hasErrors = form.status === 'error'
  return (
    <form {...props} method="post" action={action} className="console-form" noValidate={false}>
      <CsrfField />
      {hasErrors ? (
        <div className="notice" data-tone="bad" role="alert" id={form.errorId} tabIndex={-1}>
          {form.errors === undefined ? (
            <p>Nothing was changed yet: something below is not right.</p>
          ) : (
            form.errors.map((error) => <p key={error}>{error}</p>)
          )}
        </div>
      ) : null}
      {children}
    </form>
  )
}

/** The panel of one form and the text before it, no wider than a readable line. */
export const FormPanel = ({ children }: { children: ReactNode }) => (
  <div className="panel form-panel">{children}</div>
)

interface FieldProps {
  /** The note beside the label of an optional field. */
  emptyIf?: string
  // A field of any type, because a browser shows every value as text.
  meta: FieldMetadata<unknown, Record<string, unknown>>
  label: string
  help?: ReactNode
}

interface TextFieldProps extends FieldProps {
  type?: 'text' | 'password' | 'number' | 'url' | 'date' | 'datetime-local' | 'search'
  autoComplete?: string
  /** The width of the field's expected value. */
  size?: 'short'
}

export function TextField({
  meta,
  label,
  help,
  type = 'text',
  autoComplete,
  size,
}: TextFieldProps) {
  const { key, ...props } = getInputProps(meta, { type })
  return (
    <Field meta={meta} label={label} help={help}>
      <input
        key={key}
        {...props}
        aria-describedby={describedBy(meta, help)}
        autoComplete={autoComplete ?? 'off'}
        className={size}
      />
    </Field>
  )
}

export function TextArea({ meta, label, help, emptyIf, rows = 4 }: FieldProps & { rows?: number }) {
  const { key, ...props } = getTextareaProps(meta)
  return (
    <Field meta={meta} label={label} help={help} {...(emptyIf === undefined ? {} : { emptyIf })}>
      <textarea
        key={key}
        {...props}
        rows={rows}
        aria-describedby={describedBy(meta, help)}
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  )
}

interface SelectProps extends FieldProps {
  options: { value: string; text: string }[]
}

export function SelectField({ meta, label, help, options }: SelectProps) {
  const { key, ...props } = getSelectProps(meta)
  return (
    <Field meta={meta} label={label} help={help}>
      <select key={key} {...props} aria-describedby={describedBy(meta, help)}>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}

export function CheckField({ meta, label, help }: FieldProps) {
  const { key, ...props } = getInputProps(meta, { type: 'checkbox' })
  return (
    <div className="field check">
      <input key={key} {...props} aria-describedby={describedBy(meta, help)} />
      <div>
        <label htmlFor={meta.id}>{label}</label>
        <FieldNotes meta={meta} help={help} />
      </div>
    </div>
  )
}

/** A row of boxes; a reader may tick several. */
export function BoxesField({ meta, label, help, options }: SelectProps) {
  const boxes = getCollectionProps(meta, {
    type: 'checkbox',
    options: options.map(({ value }) => value),
  })
  return (
    <fieldset className="field boxes" aria-describedby={describedBy(meta, help)}>
      <legend>{label}</legend>
      {boxes.map(({ key, ...props }, at) => (
        <label key={key}>
          <input {...props} /> {options[at]?.text}
        </label>
      ))}
      <FieldNotes meta={meta} help={help} />
    </fieldset>
  )
}

function Field({
  meta,
  label,
  help,
  emptyIf = 'optional',
  children,
}: FieldProps & { children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={meta.id}>
        {label}
        {meta.required ? null : <span className="quiet optional"> ({emptyIf})</span>}
      </label>
      {children}
      <FieldNotes meta={meta} help={help} />
    </div>
  )
}

function FieldNotes({ meta, help }: Pick<FieldProps, 'meta' | 'help'>) {
  return (
    <>
      {help === undefined ? null : (
        <p className="help" id={meta.descriptionId}>
          {help}
        </p>
      )}
      {meta.errors === undefined ? null : (
        <p className="field-error" id={meta.errorId}>
          {meta.errors.join(' ')}
        </p>
      )}
    </>
  )
}

function describedBy(meta: FieldProps['meta'], help: ReactNode): string | undefined {
  const ids = [
    ...(help === undefined ? [] : [meta.descriptionId]),
    ...(meta.errors === undefined ? [] : [meta.errorId]),
  ]
  return ids.length === 0 ? undefined : ids.join(' ')
}

interface SubmitProps {
  children: ReactNode
  /** Whether the act ends or deletes something. */
  danger?: boolean
  /** The address behind "Cancel". */
  cancel?: string
}

export function Submit({ children, danger = false, cancel }: SubmitProps) {
  return (
    <p className="actions">
      <button className={danger ? 'button danger' : 'button'} type="submit">
        {children}
      </button>
      {cancel === undefined ? null : (
        <a className="button secondary" href={cancel}>
          Cancel
        </a>
      )}
    </p>
  )
}
