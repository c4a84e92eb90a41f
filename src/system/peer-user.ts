import { textIfReadable } from './readable.ts'

/*
 * The kernel's table of connections has the user of each end:
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html. Other systems have no such file.
 */

/** Who holds the other end of a connection over loopback. `unknown`: the system does not tell. */
export type PeerUser = 'same' | 'another' | 'unknown'

/**
 * The user at the other end of the connection between these ports of 127.0.0.1, compared with that of our end. Root
 * trusts all.
 */
export function peerUser(ourPort: number, theirPort: number): PeerUser {
  const user = lookUp(ourPort, theirPort)
  // While others connect, a reader can miss a line.
  return user === 'another' ? lookUp(ourPort, theirPort) : user
}

function lookUp(ourPort: number, theirPort: number): PeerUser {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(textIfReadable)
  return tables[0] === undefined ? 'unknown' : peerUserIn(tables.join('\n'), ourPort, theirPort)
}

/** The same, in the text of these tables. An end that has gone, or that several users seem to hold, is another's. */
export function peerUserIn(tables: string, ourPort: number, theirPort: number): PeerUser {
  const ends = tables.split('\n').map((line) => line.trim().split(/\s+/))
  const usersOf = (local: number, remote: number) =>
    ends.filter(([, from, to]) => portOf(from) === local && portOf(to) === remote).map((words) => words[7])
  const [ours, theirs] = [usersOf(ourPort, theirPort), usersOf(theirPort, ourPort)]
  const [own] = ours
  if (own === undefined || ours.some((one) => one !== own)) return 'another'
  if (own === '0') return 'same'
  return theirs.length > 0 && theirs.every((one) => one === own) ? 'same' : 'another'
}

function portOf(address: string | undefined): number {
  return Number.parseInt(address?.split(':')[1] ?? '', 16)
}
