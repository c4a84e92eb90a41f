import { type Command, Option } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { LoginOptions } from './login-at.ts'
import { withoutEndpoint } from './pick.ts'
import { placeFrom } from './place.ts'

/** The programs that print their token (sign-in/providers.ts). */
const programs = ['gh', 'glab', 'gcloud'] as const

export function loginCommand(program: Command, context: CliContext): void {
  program
    .command('login [endpoint] [account]')
    .description('sign in at a provider once, for every tool that asks for it')
    .option('--device', 'without a browser on this machine')
    .option('--token', 'with a token that you make on a page of the provider')
    .addOption(
      new Option('--from <program>', 'keep the command of a program that is signed in there').choices(programs),
    )
    .option('-y, --yes', "let the provider's other hosts use it, too, without a question")
    .action(async (word: string | undefined, account: string | undefined, options: LoginOptions) => {
      if (word === undefined && !context.terminal.inIsTerminal) throw withoutEndpoint()
      const typed = word ?? (await context.terminal.ask('Endpoint'))
      const { login } = await import('./login-at.ts')
      context.end(await login(context, await placeFrom(context, typed, account, {}), options))
    })
}
