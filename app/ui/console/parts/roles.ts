/** What an admin may do: a viewer sees, an admin acts, an owner also manages people. */
export type AdminRole = 'owner' | 'admin' | 'viewer'
