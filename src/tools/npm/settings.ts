import { bare } from '../guard/bare.ts'
import { harmlessNodeOptions, usualShell } from '../guard/shell.ts'
import {
  anything,
  assembled,
  certifies,
  configures,
  consents,
  each,
  earlier,
  exceptFrom,
  flag,
  larger,
  leads,
  mints,
  number,
  only,
  runs,
  scriptsOff,
  sends,
  serverChecked,
  stronger,
  type Table,
  tableOf,
  text,
  trusts,
  type Verdict,
} from '../guard/verdict.ts'

/* Every setting of npm's (@npmcli/config, lib/definitions), judged for a project's .npmrc and publishConfig. */

interface Tables {
  readonly npm: Table
  /** Of a registry: `//host/:name`. */
  readonly ofRegistry: Table
  /** The options without a value. */
  readonly switches: ReadonlySet<string>
}

let made: Tables | undefined

/** Made when something is to be judged, which most calls do not need. */
function tables(): Tables {
  made ??= makeTables()
  return made
}

/** The verdicts on npm's own settings. */
export function npmTable(): Table {
  return tables().npm
}

/** The verdict on a key of an npmrc: a setting, or one of a registry or a scope. */
export function npmrcVerdict(table: Table, key: string): Verdict | undefined {
  const colon = key.lastIndexOf(':')
  const name = key.slice(colon + 1)
  if (name.includes('$')) return assembled
  return (colon < 0 ? undefined : tables().ofRegistry.get(bare(name))) ?? table.get(bare(name))
}

/** Whether the next argument is the value of an npm option. npm also accepts the first letters of an option. */
export function takesValue(option: string): boolean {
  const name = bare(option)
  const { npm, switches } = tables()
  const known = npm.has(name) ? name : [...npm.keys()].find((one) => one.startsWith(name))
  return known !== undefined && !switches.has(known)
}

function makeTables(): Tables {
  const traffic = {
    ...each(trusts, 'ca cafile'),
    ...each(certifies, 'cert key otp'),
    ...each(leads, 'proxy http-proxy https-proxy noproxy no-proxy local-address'),
    ...each(anything, 'registry replace-registry-host _auth _authToken _password username password email always-auth'),
    'strict-ssl': serverChecked,
    'provenance-file': sends,
  }

  const code = {
    ...each(runs, 'call editor git init-module init.module node-gyp package viewer'),
    ...each(usualShell, 'shell script-shell'),
    browser: only('false', runs.does),
    'node-options': harmlessNodeOptions,
    yes: consents,
  }

  const configuration = {
    ...each(configures, 'globalconfig prefix userconfig'),
    global: only('false', configures.does),
    location: { fits: (value: unknown) => value === 'project' || value === 'user', otherwise: configures.does },
  }

  const scripts = {
    ...each(stronger('all', 'root', 'none'), 'allow-directory allow-file allow-git allow-remote'),
    ...each(stronger('false', 'true'), 'ignore-scripts strict-allow-scripts'),
    'allow-scripts': text,
    before: earlier,
    'dangerously-allow-all-scripts': scriptsOff,
    'min-release-age': larger,
    'min-release-age-exclude': exceptFrom('min-release-age'),
  }

  const tokens = each(
    mints,
    'bypass-2fa cidr expires orgs orgs-permission packages packages-all packages-and-scopes-permission read-only scopes',
  )

  const flags = each(
    flag,
    `all allow-same-version allow-scripts-pending allow-scripts-pin audit bin-links color commit-hooks description dev
    diff-ignore-all-space diff-name-only diff-no-prefix diff-text dry-run engine-strict expect-results force
    foreground-scripts format-package-lock fund git-tag-version global-style if-present include-attestations
    include-staged include-workspace-root init-private install-links json legacy-bundling legacy-peer-deps link long
    offline omit-lockfile-registry-resolved optional package-lock package-lock-only parseable prefer-dedupe
    prefer-offline prefer-online production progress provenance rebuild-bundle save save-bundle save-dev save-exact
    save-optional save-peer save-prod shrinkwrap sign-git-commit sign-git-tag strict-peer-deps timing unicode
    update-notifier usage version versions workspaces workspaces-update`,
  )

  const numbers = each(
    number,
    `cache-max cache-min depth diff-unified expect-result-count fetch-retries fetch-retry-factor fetch-retry-maxtimeout
    fetch-retry-mintimeout fetch-timeout lockfile-version logs-max maxsockets searchlimit searchstaleness umask which`,
  )

  const texts = each(
    text,
    `access also audit-level auth-type cache cpu diff diff-dst-prefix diff-src-prefix heading include init-author-email
    init-author-name init-author-url init-license init-type init-version init.author.email init.author.name
    init.author.url init.license init.version install-strategy libc loglevel logs-dir message name omit only os
    pack-destination preid save-prefix sbom-format sbom-type scope searchexclude searchopts tag tag-version-prefix
    token-description user-agent workspace`,
  )

  const npm = tableOf(flags, numbers, texts, traffic, code, configuration, scripts, tokens)

  /** The names of a registry's settings, `//host/:name`. */
  const ofRegistry = tableOf(
    each(anything, '_auth _authToken _password always-auth email username registry'),
    each(trusts, 'ca cafile inlineca'),
    each(certifies, 'cert certfile inlinecert key keyfile inlinekey'),
    each(runs, 'tokenHelper'),
  )

  const switches = new Set(
    Object.keys({
      ...flags,
      ...each(flag, 'bypass-2fa global ignore-scripts packages-all read-only strict-ssl yes'),
    }).map(bare),
  )

  return { npm, ofRegistry, switches }
}
