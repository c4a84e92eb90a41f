import type { Machine } from './machine.ts'

/**
 * Whether this is the Windows Subsystem for Linux, and Windows' programs can be started here.
 * https://learn.microsoft.com/windows/wsl/filesystems#disable-interoperability
 */
export function startsWindowsPrograms({ platform, files }: Pick<Machine, 'platform' | 'files'>): boolean {
  if (platform !== 'linux') return false
  const kernel = files.readUntrusted('/proc/sys/kernel/osrelease') ?? ''
  // With systemd the second name is used: https://github.com/microsoft/WSL/issues/8843
  const registered = ['WSLInterop', 'WSLInterop-late'].map((name) => `/proc/sys/fs/binfmt_misc/${name}`)
  return kernel.toLowerCase().includes('microsoft') && registered.some((file) => files.exists(file))
}
