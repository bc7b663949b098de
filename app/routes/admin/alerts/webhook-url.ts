import { parseWithZod } from '@conform-to/zod/v4'
import { z } from 'zod'

/** Only that there is something: whether it may be called is the service's to say. */
const schema = z.object({ url: z.string('Enter the address of your receiver.').trim() })

export const parseUrl = (form: FormData) => parseWithZod(form, { schema })
