import { expect, test } from 'vitest'
import { connecting, sshWords } from '../../../src/edge/ssh/ssh-words.ts'

test.each([
  [['host'], [], 'host', []],
  [['me@host', 'ls', '-l'], [], 'me@host', ['ls', '-l']],
  [['-p', '22', '-4v', 'host'], ['-p', '22', '-4v'], 'host', []],
  [['-p22', '-vp', '22', '-Jjump', 'host', '-t'], ['-p22', '-vp', '22', '-Jjump'], 'host', ['-t']],
  [['host', '-p', '-f', 'ls', '-f'], [], 'host', ['-p', '-f', 'ls', '-f']],
  [['-o', 'Port=22', '--', 'host', 'ls'], ['-o', 'Port=22'], 'host', ['ls']],
  [['-oForkAfterAuthentication no', 'host'], ['-oForkAfterAuthentication no'], 'host', []],
  [['host', 'echo', '-oForkAfterAuthentication=yes'], [], 'host', ['echo', '-oForkAfterAuthentication=yes']],
])('%j', (words, options, destination, rest) => {
  expect(sshWords(words)).toEqual({ options, destination, rest })
})

test.each([
  [[]],
  [['-v']],
  [['-p', 'host']],
  [['--', '-oProxyCommand=x']],
  [['-f', 'host']],
  [['-Nf', 'host']],
  [['host', '-f', 'ls']],
  [['host', '-p', '22', '-tf', 'ls']],
  [['-o', 'ForkAfterAuthentication=yes', 'host']],
  [['-oforkafterauthentication yes', 'host']],
  [['-vo', ' ForkAfterAuthentication = "yes"', 'host']],
  [['host', '-voForkAfterAuthentication=true', 'ls']],
  [['']],
])('%j is refused', (words) => {
  expect(() => sshWords(words)).toThrow()
})

test.each([
  [['-N'], []],
  [
    ['-Nvp', '22', '-n', '-vs4'],
    ['-vp', '22', '-v4'],
  ],
  [
    ['-p22', '-Jns', '-i', '-N', '-o', 'n'],
    ['-p22', '-Jns', '-i', '-N', '-o', 'n'],
  ],
])('%j connects with %j', (options, left) => {
  expect(connecting(options)).toEqual(left)
})
