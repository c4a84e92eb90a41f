/*
 * The names of items in Windows' Credential Manager, which it calls targets. Ours: `credbridge:<service> (<account>)`.
 * Python's, as its keyring writes them: the service alone, and `<account>@<service>` for an account that another one
 * replaced there (keyring/backends/Windows.py). Git's helpers: `git:https://host` and `git:https://user@host`.
 */

const ours = 'credbridge:'
const gits = 'git:'

/** The service of an item of ours, whose account is kept in the target, too. */
export function ownService(service: string): string {
  return ours + service
}

export function isOwnService(service: string): boolean {
  return folded(service).startsWith(folded(ours))
}

/** Whether git's own helpers keep their items under this name. Nothing else is written there. */
export function isGits(target: string): boolean {
  return folded(target).startsWith(folded(gits))
}

export function ownTarget(service: string, account: string): string {
  return `${service} (${account})`
}

/** Where Python's keyring looks second. */
export function pythonTarget(service: string, account: string): string {
  return `${account}@${service}`
}

export function isSameTarget(one: string, other: string): boolean {
  return folded(one) === folded(other)
}

/**
 * Windows compares targets without regard to case, by the upper case of each UTF-16 unit:
 * https://github.com/open-source-cooperative/windows-native-keyring-store/blob/main/src/utils.rs
 */
export function folded(target: string): string {
  let out = ''
  for (let at = 0; at < target.length; at++) {
    const upper = target.charAt(at).toUpperCase()
    out += upper.length === 1 ? upper : target.charAt(at)
  }
  return out
}
