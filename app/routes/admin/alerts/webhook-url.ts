import { parseWithZod } from '@conform-to/zod/v4'
import { z } from 'zod'

/** The form only requires a value: the service decides which addresses may be called. */
const schema = z.object({ url: z.string('Enter the address of your receiver.').trim() })

export const parseUrl = (form: FormData) => parseWithZod(form, { schema })
