import type { Kind } from '../../core/credential.ts'

export const command = 'credbridge-go'
export const tool = 'go'

export const kinds: readonly Kind[] = ['basic', 'bearer', 'header']
