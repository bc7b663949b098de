import { useSession } from './console-frame.tsx'

/** Whether to offer what a viewer would be refused. Who may is decided where it is done. */
export const useMayAct = (): boolean => {
  const role = useSession()?.role
  return role === 'admin' || role === 'owner'
}
