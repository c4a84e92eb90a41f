import { type Harmless, plain, runs } from './verdict.ts'

/*
 * Two settings that run code but are common in honest projects: a shell for scripts, and options for Node. Both are
 * harmless with values that refer to nothing in the project.
 */

const shells = ['sh', 'bash', 'zsh', 'dash', 'ash', 'fish', 'pwsh', 'powershell', 'cmd']
const folders = ['/bin/', '/usr/bin/', '/usr/local/bin/', '/opt/homebrew/bin/']

/** A common shell by its bare name or in a system folder. */
export const usualShell: Harmless = {
  otherwise: runs.does,
  fits(value) {
    const written = plain(value) ?? ''
    const folder = folders.find((one) => written.startsWith(one)) ?? ''
    return shells.includes(written.slice(folder.length).replace(/\.exe$/i, ''))
  },
}

/** https://nodejs.org/api/cli.html: options that load, inspect, trust or open nothing. */
const harmless = [
  /^--max-(old-space|semi-space|http-header)-size=\d+$/,
  /^--(stack-trace-limit|stack-size|v8-pool-size)=\d+$/,
  /^--(no-)?(warnings|deprecation|experimental-(vm-modules|strip-types|require-module|fetch|global-webcrypto|detect-module))$/,
  /^--(trace-(warnings|deprecation|uncaught|exit)|throw-deprecation|enable-source-maps|pending-deprecation)$/,
  /^--(no-node-snapshot|openssl-legacy-provider|preserve-symlinks(-main)?|expose-gc|zero-fill-buffers|frozen-intrinsics)$/,
  /^--unhandled-rejections=(strict|warn|none|throw|warn-with-error-codes)$/,
  /^--dns-result-order=(ipv4first|ipv6first|verbatim)$/,
  /^--disable-warning=[A-Za-z0-9_-]+$/,
]

/** Node splits at white space and interprets quotes and backslashes. None of these options contains them. */
export const harmlessNodeOptions: Harmless = {
  otherwise: runs.does,
  fits: (value) =>
    (plain(value) ?? '')
      .split(' ')
      .filter((word) => word !== '')
      .every((word) => harmless.some((option) => option.test(word))),
}
