import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import type { World } from '../tool.ts'

/*
 * Yarn asks its plugins for the header of each request to a registry (hook getNpmAuthenticationHeader). Ours asks our
 * command, so that no secret stands in a file or in the environment. A registry is asked about once in a run. Where
 * the project itself says whom to trust as a server, nothing is given: Yarn knows which file said it.
 */

export const command = 'credbridge-yarn'

export function pluginFile({ places }: World): string {
  return join(places.data, 'yarn', 'plugin.cjs')
}

/** What has to stand in the file. */
export function pluginText(world: World): string {
  const path = world.ours(command)
  if (path !== undefined) return text(path)
  throw new Failure('unavailable', `${command} is not installed or cannot be run`, { hints: ['install credbridge'] })
}

function text(program: string): string {
  return `// Made by: credbridge setup yarn
module.exports = {
  name: '@credbridge/yarn',
  factory: (require) => {
    const { execFile } = require('node:child_process')
    const { homedir } = require('node:os')
    const { join, parse } = require('node:path')
    const program = ${JSON.stringify(program)}
    const asked = new Map()

    const ask = (registry) =>
      new Promise((resolve, reject) => {
        const env = { ...process.env }
        delete env.BUN_OPTIONS
        delete env.BUN_BE_BUN
        const options = { cwd: parse(process.cwd()).root, env, timeout: 30000 }
        execFile(program, [registry], options, (error, stdout, stderr) => {
          if (error) reject(new Error(stderr.trim() || 'credbridge cannot be asked for ' + registry))
          else resolve(stdout.trim())
        })
      })

    const own = join(homedir(), process.env.YARN_RC_FILENAME || '.yarnrc.yml')
    const guards = ['enableStrictSsl', 'httpsCaFilePath', 'caFilePath', 'networkSettings']
    const proxies = ['httpProxy', 'httpsProxy']
    const takesGuardOff = ({ sources }, registry) =>
      [...guards, ...(registry.startsWith('http:') ? proxies : [])].find((name) =>
        (sources.get(name) || '').split(', ').some((source) => source.includes('yarnrc') && source !== own),
      )

    return {
      hooks: {
        async getNpmAuthenticationHeader(header, registry, { configuration }) {
          if (!asked.has(registry)) asked.set(registry, ask(registry))
          const found = await asked.get(registry)
          if (found === '') return header
          const guard = takesGuardOff(configuration, registry)
          if (guard === undefined) return found
          throw new Error('credbridge: ' + guard + ' is set by ' + configuration.sources.get(guard) + ', not by you')
        },
      },
    }
  },
}
`
}
