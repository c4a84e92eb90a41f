import { describe, expect, test } from 'vitest'
import { readPrompt } from '../../../src/tools/askpass/prompt.ts'

/** What a prompt asks for, in words; `undefined` where it is left to a person. */
function read(text: string): string | undefined {
  const prompt = readPrompt(text)
  if (prompt === undefined) return undefined
  const { of, wants, endpoint, account } = prompt
  return [of, wants, ...(account === undefined ? [] : [JSON.stringify(account)]), endpoint.key].join(' ')
}

describe('git', () => {
  test.each([
    ["Username for 'https://git.example.com': ", 'git user https://git.example.com'],
    ["Username for 'http://127.0.0.1:3000': ", 'git user http://127.0.0.1:3000'],
    ["Username for 'https://git.example.com/team/app.git': ", 'git user https://git.example.com/team/app.git'],
    ["Password for 'https://alice@git.example.com': ", 'git secret "alice" https://git.example.com'],
    ["Password for 'https://alice@Git.Example.COM:443': ", 'git secret "alice" https://git.example.com'],
    ["Password for 'https://alice@[::1]:8443': ", 'git secret "alice" https://[::1]:8443'],
    ["Password for 'https://alice@git.example.com/a%20b': ", 'git secret "alice" https://git.example.com/a%20b'],
    ["Password for 'https://git.example.com': ", 'git secret "" https://git.example.com'],
    ["Password for 'smtp://alice@mail.example.com:587': ", 'git secret "alice" smtp://mail.example.com:587'],
    ["Password for 'cert:///home/alice/client.pem': ", 'git secret "" cert:///home/alice/client.pem'],
    // A git that escapes the parts, and one that does not.
    [
      "Password for 'https://alice%40corp.example@git.example.com': ",
      'git secret "alice@corp.example" https://git.example.com',
    ],
    [
      "Password for 'https://alice@corp.example@git.example.com': ",
      'git secret "alice@corp.example" https://git.example.com',
    ],
    ["Password for 'https://CORP%5Calice@git.example.com': ", 'git secret "CORP\\\\alice" https://git.example.com'],
    ["Password for 'https://CORP\\alice@git.example.com': ", 'git secret "CORP\\\\alice" https://git.example.com'],
    ["Password for 'https://a%2Fb@git.example.com': ", 'git secret "a/b" https://git.example.com'],
    // What looks like a host is the user: the host is behind the last @.
    [
      "Password for 'https://git.example.com\\@evil.example': ",
      'git secret "git.example.com\\\\" https://evil.example',
    ],
    ["Password for 'https://git.example.com@evil.example': ", 'git secret "git.example.com" https://evil.example'],
  ])('%s', (prompt, meaning) => {
    expect(read(prompt)).toBe(meaning)
  })

  test.each([
    ['', ''],
    ['only the beginning', "Password for 'https://alice@git.example.com"],
    ['no blank at the end', "Password for 'https://alice@git.example.com':"],
    ['more at the end', "Password for 'https://alice@git.example.com': now: "],
    ['more at the beginning', " Password for 'https://alice@git.example.com': "],
    ['a new line at the end', "Password for 'https://alice@git.example.com': \n"],
    ['another capital', "password for 'https://alice@git.example.com': "],
    ['another language', "Passwort für 'https://alice@git.example.com': "],
    ['double quotes, as git-lfs', 'Password for "https://alice@git.example.com"'],
    ['nothing but the word', 'Password: '],
    ['an empty description', "Password for '': "],
    ['a name as git-svn', "Password for 'alice': "],
    ['no host', "Password for 'https://alice@': "],
    ['no host, but a path', "Password for 'https:///a': "],
    ['a scheme that git never sends', "Password for 'ssh-key:///home/alice/.ssh/id_ed25519': "],
    ['a scheme with a plus', "Password for 'x+https://alice@git.example.com': "],
    ['a scheme in capitals', "Password for 'HTTPS://alice@git.example.com': "],
    ['an empty user before the @', "Password for 'https://@git.example.com': "],
    ['a user where the user is asked for', "Username for 'https://alice@git.example.com': "],
    ['a quote in the host', "Password for 'https://git.example.com': 'https://evil.example': "],
    ['a quote in the user', "Password for 'https://git.example.com': '@evil.example': "],
    ['a line break in the host', "Password for 'https://git.example.com\nevil.example': "],
    ['a carriage return', "Password for 'https://git.example.com\r': "],
    ['an escape sequence', "Password for 'https://git.example.com\x1b[2K': "],
    ['a NUL', "Password for 'https://git.example.com\0': "],
    ['a blank in the host', "Password for 'https://git.example.com evil': "],
    ['an escape in the host', "Password for 'https://git.example.com%2F.evil.example': "],
    ['a host that is not ASCII', "Password for 'https://gıt.example.com': "],
    ['full-width letters', "Password for 'https://ｇit.example.com': "],
    ['a backslash in the host', "Password for 'https://git.example.com\\.evil.example': "],
    ['a user that is another origin', "Password for 'https://git.example.com/@evil.example': "],
    ['a user that is another origin and path', "Password for 'https://alice@git.example.com/team@evil.example': "],
    ['a user that is another URL', "Password for 'https://https://git.example.com@evil.example': "],
    ['a query', "Password for 'https://git.example.com?.evil.example': "],
    ['a fragment', "Password for 'https://git.example.com#@evil.example': "],
    ['a password in it', "Password for 'https://alice:pw@git.example.com': "],
    ['a lone percent sign', "Password for 'https://100%@git.example.com': "],
    ['an escaped line break in the user', "Password for 'https://a%0Ab@git.example.com': "],
    ['an escaped NUL in the path', "Password for 'https://alice@git.example.com/a%00': "],
    ['an escape that is not UTF-8', "Password for 'https://%FF@git.example.com': "],
    ['a port that is none', "Password for 'https://git.example.com:99999': "],
    ['two ports', "Password for 'https://git.example.com:1:2': "],
    ['very long', `Password for 'https://git.example.com/${'a'.repeat(5000)}': `],
  ])('leaves to a person: %s', (_what, prompt) => {
    expect(read(prompt)).toBeUndefined()
  })
})

describe('ssh', () => {
  const key = '/home/alice/.ssh/id_ed25519'

  test.each([
    [`Enter passphrase for key '${key}': `, `ssh secret ssh-key://${key}`],
    [`Enter passphrase for ${key}: `, `ssh secret ssh-key://${key}`],
    [`Enter passphrase for ${key} (will confirm each use): `, `ssh secret ssh-key://${key}`],
    ["Enter passphrase for key '/k/it's a key': ", "ssh secret ssh-key:///k/it's%20a%20key"],
    ["Enter passphrase for key '/k/ключ': ", 'ssh secret ssh-key:///k/%D0%BA%D0%BB%D1%8E%D1%87'],
    ["alice@host.example.com's password: ", 'ssh secret "alice" ssh://host.example.com'],
    ["alice@HOST's password: ", 'ssh secret "alice" ssh://host'],
    ["alice@corp@host's password: ", 'ssh secret "alice@corp" ssh://host'],
    ["alice@2001:db8::1's password: ", 'ssh secret "alice" ssh://[2001:db8::1]'],
  ])('%s', (prompt, meaning) => {
    expect(read(prompt)).toBe(meaning)
  })

  test.each([
    ['words of a server, as ssh marks them', "(alice@host) alice@host's password: "],
    ['words of a server that look like a key', `(alice@host) Enter passphrase for key '${key}': `],
    ['words of a server', 'Password: '],
    ['sudo', '[sudo] password for alice: '],
    ['su, with the name of a login', "alice@host's Password: "],
    ['a second try of ssh-add', `Bad passphrase, try again for ${key}: `],
    [
      'a host key',
      `The authenticity of host 'h (10.0.0.1)' can't be established.\nAre you sure (yes/no/[fingerprint])? `,
    ],
    ['a PIN', `Enter PIN for ED25519-SK key ${key}: `],
    ['a token', 'Enter passphrase for PKCS#11: '],
    ['a new password', "Enter alice@host's new password: "],
    ['the old password', "Enter alice@host's old password: "],
    ['a relative path', "Enter passphrase for key 'id_ed25519': "],
    ['a path with dots', "Enter passphrase for key '/home/alice/../bob/.ssh/id': "],
    ['a path with an empty part', 'Enter passphrase for /home//id: '],
    ['a folder', 'Enter passphrase for /home/alice/: '],
    ['nothing but a slash', 'Enter passphrase for /: '],
    ['a line break in the path', 'Enter passphrase for /home/a\nb: '],
    ['bytes that are not UTF-8', 'Enter passphrase for /home/a\uFFFDb: '],
    ['a path that ssh has cut', `Enter passphrase for key '/${'k'.repeat(99)}': `],
    ['a user that ssh has cut', `${'u'.repeat(30)}@host's password: `],
    ['a host that ssh has cut', `alice@${'h'.repeat(128)}'s password: `],
    ['no user', "@host's password: "],
    ['no host', "alice@'s password: "],
    ['a zone', "alice@fe80::1%eth0's password: "],
    ['a port', "alice@host:22's password: "],
    ['a blank in the user', "x alice@host's password: "],
    ['a line break in the user', "x\nalice@host's password: "],
    ['only the end of it', "'s password: "],
    ['more at the end', "alice@host's password: and more: "],
  ])('leaves to a person: %s', (_what, prompt) => {
    expect(read(prompt)).toBeUndefined()
  })
})
