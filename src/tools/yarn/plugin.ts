import { join } from 'node:path'
import { installedCommand } from '../installed.ts'
import type { LauncherMachine, Machine } from '../tool.ts'

/*
 * Yarn asks its plugins for the header of each request to a registry (hook getNpmAuthenticationHeader). Our plugin runs
 * our command, so that no secret is in a file or in the environment. It returns a placeholder to Yarn, because a lock
 * file may send the request to any host. When the request is sent, after all redirects, the plugin replaces the
 * placeholder by the credential for that very address, or removes it.
 */

export const command = 'credbridge-yarn'

export function pluginFile({ folders: places }: LauncherMachine): string {
  return join(places.data, 'yarn', 'plugin.cjs')
}

/** The plugin's text. */
export function pluginText(machine: Machine): string {
  return text(installedCommand(machine, command))
}

function text(program: string): string {
  return `// Made by: credbridge setup yarn
module.exports = {
  name: '@credbridge/yarn',
  factory: (require) => {
    const { execFile } = require('node:child_process')
    const { randomBytes } = require('node:crypto')
    const { parse } = require('node:path')
    const program = ${JSON.stringify(program)}
    const mark = 'credbridge ' + randomBytes(16).toString('hex')
    const asked = new Map()
    const kept = []
    const reasons = new Map()

    const answer = (address, configuration) =>
      new Promise((resolve, reject) => {
        const env = { ...process.env }
        for (const name of ['NODE_OPTIONS', 'BUN_OPTIONS', 'BUN_BE_BUN']) delete env[name]
        if (process.stderr.isTTY) env.CREDBRIDGE_READER = 'person'
        const words = [address, configuration.startingCwd, ...settingsIn(configuration)]
        const options = { cwd: parse(process.cwd()).root, env, timeout: 30000 }
        execFile(program, words, options, (error, stdout, stderr) => {
          if (error) reject(new Error(stderr.trim() || 'credbridge cannot be asked for ' + address))
          else resolve([...stdout.trim().split('\\n'), '', ''].slice(0, 2).concat(stderr))
        })
      })

    // The names of Yarn's own settings that a file or the environment sets.
    const settingsIn = ({ settings, sources, plugins }) => {
      const others = [...plugins].filter(([name]) => name !== '@@core' && !name.startsWith('@yarnpkg/'))
      const foreign = others.flatMap(([, plugin]) => Object.keys(plugin.configuration || {}))
      return [...sources.keys()].filter((name) => settings.has(name) && !foreign.includes(name))
    }

    const ask = async (address, configuration) => {
      const [header, scope, why] = await answer(address, configuration)
      if (!scope && why) reasons.set(new URL(address).origin, why)
      if (scope) kept.push({ header, origin: new URL(scope).origin, path: new URL(scope).pathname })
      return Boolean(scope)
    }

    const once = (key, address, configuration) => {
      if (!asked.has(key)) asked.set(key, ask(address, configuration))
      return asked.get(key)
    }

    // The credential that is kept for this address, and not for the registry that named it.
    const credentialFor = (url) => {
      const { origin, pathname } = new URL(url)
      const fits = kept.filter((one) => one.origin === origin && (pathname + '/').startsWith(one.path))
      return fits.sort((a, b) => b.path.length - a.path.length)[0]
    }

    // What a person at the terminal reads at the end: for registries that were sent nothing, unless they answered.
    const watched = (executor, target) => async () => {
      const refusals = [401, 403, 404]
      let refused = false
      try {
        return await executor()
      } catch (error) {
        refused = refusals.includes((error.response || {}).statusCode)
        throw error
      } finally {
        if (!refused) reasons.delete(new URL(target).origin)
      }
    }

    process.once('exit', (code) => {
      if (code !== 0 && process.stderr.isTTY) for (const why of reasons.values()) process.stderr.write(why)
    })

    const signed = (url, options) => {
      if (!options || !options.headers || options.headers.authorization !== mark) return options
      const { authorization, ...headers } = options.headers
      const found = credentialFor(url)
      return { ...options, headers: found ? { ...headers, authorization: found.header } : headers }
    }

    for (const module of [require('node:http'), require('node:https')]) {
      const { request } = module
      module.request = (url, options, ...more) => request(url, signed(url, options), ...more)
    }

    return {
      hooks: {
        async getNpmAuthenticationHeader(header, registry, { configuration }) {
          return (await once(registry, registry, configuration)) ? mark : header
        },

        // An archive may lie elsewhere; a host that nothing is kept for is asked about once.
        async wrapNetworkRequest(executor, { target, headers, configuration }) {
          if (reasons.has(new URL(target).origin)) return watched(executor, target)
          if (!headers || headers.authorization !== mark || credentialFor(target)) return executor
          const { origin, pathname } = new URL(target)
          await once('elsewhere ' + origin, origin + pathname, configuration)
          return executor
        },
      },
    }
  },
}
`
}
