import { z } from 'zod'

export const roleSchema = z.object({
  role: z.enum(['viewer', 'admin', 'owner'], { error: 'Choose a role.' }),
})
