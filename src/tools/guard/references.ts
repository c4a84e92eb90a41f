import { type Endpoint, hostAndPort } from '../../core/endpoint.ts'
import { refused } from './refused.ts'
import { type ProjectSetting, textsIn } from './setting.ts'

/**
 * Refuses a line that refers to a variable of ours, that passes a setting of another host to npm, or that names the
 * file that npm gets: the value would be sent with it. A variable that a person named may be used only at its own
 * endpoint. A person cannot allow these.
 */
export function refuseReferences(settings: readonly ProjectSetting[], named: ReadonlyMap<string, Endpoint>): void {
  for (const setting of settings) {
    const { text = '', key, value, about = 'elsewhere' } = setting
    for (const name of [text, key, ...textsIn(value)].flatMap(variablesIn)) {
      if (/^(npm_config_\/\/|npm_config_userconfig$|credbridge)/i.test(name)) {
        throw refused(setting, 'asks for a credential by the name of its variable')
      }
      const endpoint = named.get(name)
      if (endpoint !== undefined && !['', hostOf(endpoint)].includes(about)) {
        throw refused(setting, `uses a variable that was set for ${endpoint.key}, elsewhere`)
      }
    }
  }
}

/** The variables in a text: `${NAME}`, also followed by `?`, `-other` or `:-${OTHER}`; for Bun also `$NAME`. */
export function variablesIn(text: string): readonly string[] {
  const braced = [...text.matchAll(/\$\{([^{}$]*)/g)].map(([, name = '']) => name)
  const unbraced = [...text.matchAll(/\$([A-Za-z_][^\s"'${},;]*)/g)].map(([, name = '']) => name)
  return [...braced, ...braced.map((name) => name.replace(/(\?|:?-.*)$/s, '')), ...unbraced]
}

function hostOf(endpoint: Endpoint): string {
  return endpoint.form === 'address' ? hostAndPort(endpoint) : ''
}
