import { CsrfField, OnceFields } from '../parts/console-frame.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { FormPanel, Submit } from '../parts/form.tsx'
import { Done, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'

const ACCOUNT = { href: '/admin/account', text: 'Your account' }

interface RecoveryCodesPageProps {
  codes: string[]
  script: string | null
  /** Whether the second factor was switched on with these codes. */
  isFirst: boolean
}

/** The only page that ever shows the codes. */
export function RecoveryCodesPage({ codes, script, isFirst }: RecoveryCodesPageProps) {
  return (
    <>
      <PageHead title="Your recovery codes, this once" crumbs={[ACCOUNT]} />
      <Done>
        {isFirst ? 'The second factor is on. ' : 'Your old codes no longer work. '}
        Keep these where you will find them without your phone: when you leave or reload this page
        they can’t be shown again.
      </Done>
      <section className="panel" aria-labelledby="codes">
        <h2 id="codes">Each lets you in once, in place of a code of the app</h2>
        <Copyable id="recovery-codes" text={codes.join('\n')} what="the recovery codes" />
      </section>
      <p className="actions">
        <a className="button" href="/admin/account">
          I have kept them
        </a>
      </p>
      <PageScript src={script} />
    </>
  )
}

/** Says what new recovery codes change, before they are made. */
export function NewCodesPage({ left, seen }: { left: number; seen: string }) {
  return (
    <>
      <PageHead title="Make new recovery codes" crumbs={[ACCOUNT]} />
      <FormPanel>
        <Warning>
          {left === 0
            ? 'You have no code left. You get ten new ones.'
            : `You get ten new ones, and the ${left} that you have left stop working at once.`}
        </Warning>
        <form method="post" className="console-form">
          <CsrfField />
          <OnceFields seen={seen} />
          <Submit cancel="/admin/account">Make new codes and show them</Submit>
        </form>
      </FormPanel>
    </>
  )
}
