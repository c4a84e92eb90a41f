import { serviceName } from './endpoint.ts'

/** The endpoint of all copies (core/restorable.ts). Copies are notes, and no lookup is answered with a note. */
export const copiesEndpoint = serviceName('erased')
