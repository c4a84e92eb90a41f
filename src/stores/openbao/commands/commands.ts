import type { StoreCommand } from '../../store-type.ts'
import { serverOptions } from '../server-options.ts'

/** The commands for OpenBao. */
export const openbaoCommands: readonly StoreCommand[] = [
  {
    path: ['openbao', 'login'],
    description: "sign in at the OpenBao server; the token is kept in this machine's own store and renewed in time",
    examples: [
      'credbridge openbao login',
      'credbridge openbao login --address https://bao.example.com:8200 --mount credentials',
      'credbridge openbao login --method approle --role-id 5c1f < secret-id',
    ],
    options: [
      ...serverOptions(''),
      {
        flags: '--method <method>',
        description: 'how to sign in',
        words: ['oidc', 'jwt', 'kubernetes', 'approle', 'userpass', 'ldap', 'token'],
        usual: 'oidc',
      },
      { flags: '--auth-path <path>', description: 'where the server has the method, if not under its name' },
      { flags: '--role <role>', description: 'for oidc, jwt and kubernetes: the role' },
      { flags: '--user <name>', description: 'for userpass and ldap: the user' },
      { flags: '--role-id <id>', description: 'for approle; the secret ID is asked for, or read from standard input' },
      { flags: '--jwt-file <file>', description: 'for jwt and kubernetes: the file with the JWT' },
      { flags: '--keep-in <store>', description: 'the store of this machine that keeps the token' },
    ],
    run: async (context, _, options) => (await import('./login.ts')).login(context, options),
  },
  {
    path: ['openbao', 'logout'],
    description: 'end the token at the server and forget it here',
    examples: ['credbridge openbao logout'],
    run: async (context) => (await import('./login.ts')).logout(context),
  },
  {
    path: ['openbao', 'status'],
    description: 'show the server, the places and whose token is used',
    examples: ['credbridge openbao status'],
    run: async (context) => (await import('./status.ts')).status(context),
  },
  {
    path: ['send'],
    description: 'print a token with which a colleague gets a credential, once, through the OpenBao server',
    argument: { name: '<endpoint>' },
    examples: ['credbridge send https://git.example.com', 'credbridge send git.example.com#ann --for 30m'],
    options: [{ flags: '--for <time>', description: 'how long the token can be used, as 30m or 8h', usual: '8h' }],
    run: async (context, word, options) =>
      (await import('./send.ts')).send(context, word as string, options as { for: string }),
  },
  {
    path: ['receive'],
    description: 'keep the credential that a colleague sent; the token is asked for, or read from standard input',
    examples: ['credbridge receive'],
    options: [{ flags: '-y, --yes', description: 'do not ask' }],
    run: async (context, _, options) => (await import('./send.ts')).receive(context, options),
  },
]
