import type { Tool } from '../tool.ts'
import { tool } from './names.ts'

export const netrcTool: Tool = {
  name: tool,
  title: '.netrc, for curl, wget, Nix and others',
  commands: [],
  personCommands: [
    {
      path: [tool],
      description: 'print entries of .netrc: curl --netrc-file <(credbridge netrc https://example.com) …',
      examples: ['curl --netrc-file <(credbridge netrc https://example.com) https://example.com/file'],
      argument: { name: '<endpoint...>' },
      options: [{ flags: '--show', description: 'print the passwords even on a terminal' }],
      run: async (context, words, { show }) =>
        (await import('./print.ts')).printNetrc(context, words as string[], show === true),
    },
  ],
  check: async (machine) => (await import('./import.ts')).checkNetrc(machine),
  question: async (...asked) => (await import('./question.ts')).netrcQuestion(...asked),
  importOptions: [{ flags: '--file <path>', says: 'read this file instead' }],
  plainSecrets: async () => (await import('./import.ts')).netrcPlainSecrets,
}
