import { useSession } from './console-frame.tsx'

/** Whether pages show acts that a viewer would be refused. The action itself checks the role. */
export const useMayAct = (): boolean => {
  const role = useSession()?.role
  return role === 'admin' || role === 'owner'
}
