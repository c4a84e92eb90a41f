import { release } from 'node:os'
import { runtime, version } from './version.ts'

/** The versions of credbridge, of what runs it and of the system, without a name that somebody gave them. */
export function systemText(): string {
  const kernel = /^\d+(\.\d+)*/.exec(release())?.[0] ?? ''
  const { platform, arch, versions } = process
  const runs = versions.node === undefined ? runtime : `${runtime} ${versions.node}`
  return `credbridge ${version}, ${runs}, ${platform} ${arch} ${kernel}`.trimEnd()
}
