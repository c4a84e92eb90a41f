import { type Reply, reply } from '../dialect.ts'

/*
 * The texts of Python's argparse for `keyring`, in 80 columns and without colours, as Python 3.13 prints them (keyring
 * 25.7.0, keyring/cli.py).
 */

const usage = `usage: keyring [-h] [-p KEYRING_PATH] [-b KEYRING_BACKEND] [--list-backends]
               [--disable] [--mode {password,creds}] [--output {plain,json}]
               [--print-completion {bash,zsh,tcsh}]
               [{get,set,del,diagnose}] [service] [username]
`

const help = `${usage}
positional arguments:
  {get,set,del,diagnose}
  service
  username

options:
  -h, --help            show this help message and exit
  -p, --keyring-path KEYRING_PATH
                        Path to the keyring backend
  -b, --keyring-backend KEYRING_BACKEND
                        Name of the keyring backend
  --list-backends       List keyring backends and exit
  --disable             Disable keyring and exit
  --mode {password,creds}
                        Mode for 'get' operation. 'password' requires a
                        username and will return only the password. 'creds'
                        does not require a username and will return both the
                        username and password separated by a newline. Default
                        is 'password'
  --output {plain,json}
                        Output format for 'get' operation. Default is 'plain'
  --print-completion {bash,zsh,tcsh}
                        print shell completion script
`

/** The output of `--help`. */
export const helpReply: Reply = reply(help)

/** argparse's `error`: the usage and one line, exit code 2. */
export function usageError(message: string): Reply {
  return { stdout: '', stderr: `${usage}keyring: error: ${shown(message)}\n`, exitCode: 2 }
}

/**
 * A text as Python's `repr` prints it: in single quotes unless it has some and no double ones, invisible characters
 * escaped.
 */
export function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let inside = ''
  for (const character of text) {
    if (character === quote || character === '\\') inside += `\\${character}`
    else if (character !== ' ' && /[\p{C}\p{Z}]/u.test(character)) inside += escaped(character)
    else inside += character
  }
  return quote + inside + quote
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  if (hex.length <= 2) return short[character] ?? `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** Python repeats arguments verbatim. Here control characters are escaped. */
function shown(message: string): string {
  return message.replace(/\p{Cc}/gu, '\uFFFD')
}
