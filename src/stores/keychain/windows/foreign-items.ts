import type { ForeignItem } from '../../../core/foreign-item.ts'
import { Secret } from '../../../core/secret.ts'
import type { CredentialManager } from './credential-manager.ts'
import { addressIn, gitLines, namesUser } from './git-items.ts'

/**
 * The items of git's helpers that have at least one of these sets of attributes. They get the attributes that Git
 * Credential Manager writes on Linux, and `target`. Those whose target names the user are also git-credential-wincred's.
 */
export async function gitForeignItems(
  manager: CredentialManager,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  const described = (await manager.list()).flatMap(({ target, user }) => {
    const at = addressIn(target)
    return at === undefined ? [] : [{ target, service: `git:${at.key}`, account: user }]
  })
  const found = described
    .map((attributes) => ({
      'xdg:schema': 'com.microsoft.GitCredentialManager',
      ...attributes,
      ...(namesUser(attributes.target) ? { 'credbridge:helper': 'wincred' } : {}),
    }))
    .filter((attributes) => searches.some((search) => isIn(search, attributes)))
  const kept = await manager.read(found.map(({ target }) => target))
  return found.flatMap((attributes, at) => {
    const one = kept[at]
    if (one === undefined) return []
    const remove = async () => void (await manager.erase(attributes.target))
    return [{ attributes, secret: new Secret(gitLines(one).join('\n')), remove }]
  })
}

function isIn(search: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>): boolean {
  return Object.entries(search).every(([name, value]) => attributes[name] === value)
}
