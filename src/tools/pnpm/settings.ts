import { bare } from '../guard/bare.ts'
import { harmlessNodeOptions, usualShell } from '../guard/shell.ts'
import {
  anything,
  certifies,
  configures,
  consents,
  each,
  exceptFrom,
  flag,
  larger,
  leads,
  number,
  only,
  runs,
  scriptsOff,
  serverChecked,
  stronger,
  tableOf,
  text,
  trusts,
  unjudged,
  type Verdict,
} from '../guard/verdict.ts'
import { npmrcVerdict, npmTable } from '../npm/settings.ts'

/*
 * Every setting of pnpm (in 10 `types` and the members of a manifest's `pnpm`, in 12 the list of settings in its
 * program), judged for a project's .npmrc, pnpm-workspace.yaml and package.json.
 */

const traffic = {
  ...each(trusts, 'ca cafile'),
  ...each(certifies, 'cert key otp'),
  ...each(leads, 'http-proxy https-proxy proxy noproxy no-proxy local-address pnpr-server pnprServer'),
  ...each(leads, 'remoteCache remoteSideEffectsCache packageManagerNetworkConfig packageManagerRegistries'),
  ...each(anything, 'registry registries namedRegistries'),
  'strict-ssl': serverChecked,
}

const code = {
  ...each(runs, 'git global-pnpmfile pnpmfile npm-path pnpmExecPath extraBinPaths extraEnv configDependencies'),
  ...each(
    runs,
    'node-download-mirrors runtime tools python cargo rust onload-script editor browser viewer init-module node-gyp',
  ),
  ...each(usualShell, 'script-shell shell'),
  ...each(consents, 'yes autoConfirmAllPrompts'),
  'node-options': harmlessNodeOptions,
}

const configuration = each(
  configures,
  `authConfig bin config-dir configByUri dir global-bin-dir global-dir global-path global-shims globalPkgDir
  globalPrefix globalconfig include lockfile-dir lockfile-directory npmrc-auth-file pnpmHomeDir prefix
  registriesByPrefix registriesByScope registryOptionsByUrl userConfig userconfig workspaceDir workspacePrefix`,
)

const scripts = {
  ...each(
    stronger('false', 'true'),
    `block-exotic-subdeps ignore-dep-scripts ignore-scripts minimumReleaseAgeStrict strict-dep-builds
    strict-store-pkg-content-check verify-store-integrity`,
  ),
  ...each(
    stronger('true', 'false'),
    'manage-package-manager-versions minimumReleaseAgeIgnoreMissingTime trust-lockfile',
  ),
  ...each(exceptFrom('minimumReleaseAge'), 'minimumReleaseAgeExclude minimumReleaseAgeExcludePrune'),
  ...each(exceptFrom('trustPolicy'), 'trustPolicyExclude trustPolicyExcludePrune trustPolicyIgnoreAfter'),
  'dangerously-allow-all-builds': scriptsOff,
  global: only('false', configures.does),
  minimumReleaseAge: larger,
  trustPolicy: stronger('off', 'no-downgrade'),
}

const flags = each(
  flag,
  `_exit addMissingPeerTypes aggregate-output allow-same-version allow-unused-patches allowNew allowNonAppliedPatches always-auth audit auto-dedupe
  auto-install-peers autoInstallPeersFromHighestMatch bail bin-links cache-lock-stale ci cleanupUnusedCatalogs
  commit-hooks confirmModulesPurge dedupe-direct-deps dedupe-injected-deps dedupe-peer-dependents dedupe-peers deploy-all-files description
  dev disallow-workspace-cycles dry-run embed-readme enable-global-virtual-store enable-modules-dir
  enable-pre-post-scripts enablePnp engine-strict exclude-links-from-lockfile extend-node-path fail-if-no-match force
  force-ignores-platform force-legacy-deploy frozen-lockfile frozen-store git-branch-lockfile git-checks
  git-tag-version ham-it-up hoist hoist-workspace-packages if-present ignore-compatibility-db ignore-pnpmfile ignore-prepublish
  ignore-workspace ignore-workspace-cycles ignore-workspace-root-check ignoreCurrentSpecifiers ignorePatchFailures
  include-workspace-root init-package-manager inject-workspace-packages json legacy-bundling legacy-dir-filtering link
  lockfile-include-tarball-url lockfile-only long merge-git-branch-lockfiles node-experimental-package-map offline only
  optimistic-repeat-install optional package-lock package-lock-only package-manager-strict
  package-manager-strict-version parseable pending prefer-frozen-lockfile prefer-offline prefer-online
  prefer-symlinked-executables prefer-workspace-packages preserve-absolute-paths production progress projectScopedOptionalPeers provenance
  read-only rebuild-bundle recursive recursive-install registry-supports-time-field reporter-hide-prefix
  resolve-peers-from-workspace-root reverse rollback save save-bundle save-dev save-exact save-optional save-peer
  save-prod shamefully-flatten shamefully-hoist shared-workspace-lockfile shell-emulator shrinkwrap
  side-effects-cache-readonly sideEffectsCacheRead sideEffectsCacheWrite sign-git-commit sign-git-tag
  skip-manifest-obfuscation sort stream strict-peer-dependencies symlink symlinked-lockfile-target-dirs timing
  tryLoadDefaultPnpmfile unicode unsafe-perm update-notifier usage use-beta-cli use-running-store-server
  use-store-server use-stderr useGitBranchLockfile useLockfile version versions virtual-store-only workspace-root`,
)

const numbers = each(
  number,
  `cache-lock-retries cache-lock-wait cache-max cache-min child-concurrency depth dlx-cache-max-age
  fetch-min-speed-ki-bps fetch-retries fetch-retry-factor fetch-retry-maxtimeout fetch-retry-mintimeout fetch-timeout
  fetch-warn-timeout-ms fetching-concurrency logs-max max-tarball-unpacked-size maxSockets modules-cache-max-age
  network-concurrency pack-gzip-level peers-suffix-max-length publish-wait-timeout searchlimit searchstaleness umask
  virtual-store-dir-max-length workspace-concurrency`,
)

const texts = each(
  text,
  `_auth _authToken _password access also audit-level auth-type before cache cache-dir catalog-mode
  changed-files-ignore-pattern color cpu email engineNode filter filter-prod git-shallow-hosts global-virtual-store-dir
  group heading hoist-pattern hoisting-limits init-author-email init-author-name init-author-url init-license init-type
  init-version init.author.email init.author.name init.author.url init.license init.version libc link-workspace-packages
  loglevel logs-dir maxsockets merge-git-branch-lockfiles-branch-pattern message metrics-registry modules-dir
  node-linker node-package-map-type node-version os pack-destination
  package-import-method packageManager password patches-dir pm-on-fail public-hoist-pattern publish-branch reporter
  logstream resolution-mode runtime-on-fail save-catalog-name save-prefix save-types save-workspace-protocol scope
  scripts-prepend-node-path searchexclude searchopts send-metrics sso-poll-frequency sso-type state-dir store-dir
  store-index-format sync-injected-deps-after-scripts tag tag-version-prefix test-pattern tmp use-node-version
  user user-agent username verify-deps-before-run virtual-store-dir virtual-store-type workspace-packages
  workspacePackagePatterns`,
)

const objects = each(
  anything,
  `allowBuilds allowedDeprecatedVersions auditConfig auditIgnorePrune catalog catalogPrune catalogs executionEnv
  externalDependencies ignoredBuiltDependencies ignoredOptionalDependencies lockfile macosBackup
  modulesDirsByProjectName neverBuiltDependencies nodePackageMap onlyBuiltDependencies onlyBuiltDependenciesFile
  overrides packageConfigs packageExtensions packages patchedDependencies peerDependencyRules permissions
  requiredScripts side-effects-cache skills supportedArchitectures tasks update updateConfig versioning`,
)

const table = tableOf(flags, numbers, texts, objects, traffic, code, configuration, scripts)

/** The verdict on a key of an npmrc. npm reads that file too if pnpm up to 10 publishes by it. */
export function pnpmNpmrcVerdict(key: string): Verdict | undefined {
  if (key.startsWith('node-mirror:')) return runs
  return npmrcVerdict(table, key) ?? npmrcVerdict(npmTable(), key)
}

/** The verdict on a setting in pnpm-workspace.yaml, where pnpm up to 10 accepts any name as one of its own. */
export function pnpmWorkspaceVerdict(name: string): Verdict {
  return table.get(bare(name)) ?? unjudged
}

/** The verdict on a member of a manifest's `pnpm`. Other members are not read. */
export function pnpmManifestVerdict(name: string): Verdict | undefined {
  return table.get(bare(name))
}
