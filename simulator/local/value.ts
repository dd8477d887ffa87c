import {z} from 'zod';

/** What goes into one element: text, option values, ids, unix seconds, or ids of files. */
export const Value = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
