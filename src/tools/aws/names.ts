import { parseAddress } from '../../core/endpoint.ts'

export const command = 'credbridge-aws'
export const tool = 'aws'

/** The endpoint of AWS's own keys. Other clouds that AWS's programs can talk to have addresses of their own. */
export const cloud = parseAddress('https://aws.amazon.com')
