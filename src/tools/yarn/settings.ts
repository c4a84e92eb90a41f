import { bare } from '../guard/bare.ts'
import {
  anything,
  certifies,
  each,
  exceptFrom,
  flag,
  larger,
  leads,
  number,
  runs,
  serverChecked,
  stronger,
  tableOf,
  text,
  trusts,
  type Verdict,
} from '../guard/verdict.ts'

/* Every setting of Yarn (its own `configuration.settings`, with bundled plugins), judged for a project. */

const traffic = {
  ...each(trusts, 'httpsCaFilePath caFilePath'),
  ...each(certifies, 'httpsCertFilePath httpsKeyFilePath'),
  ...each(leads, 'httpProxy httpsProxy networkSettings'),
  ...each(anything, 'npmRegistryServer npmPublishRegistry npmAuditRegistry npmScopes npmRegistries'),
  ...each(anything, 'npmAuthIdent npmAuthToken npmAlwaysAuth unsafeHttpWhitelist'),
  enableStrictSsl: serverChecked,
}

/** Yarn runs this code before it asks us. Programs that the code starts find no secret in their environment. */
const code = each(anything, 'yarnPath ignorePath plugins constraintsPath injectEnvironmentFiles pnpShebang')

const scripts = {
  approvedGitRepositories: text,
  checksumBehavior: stronger('ignore', 'update', 'reset', 'throw'),
  enableHardenedMode: stronger('false', 'true'),
  enableImmutableCache: stronger('false', 'true'),
  enableImmutableInstalls: stronger('false', 'true'),
  enableScripts: stronger('true', 'false'),
  npmMinimalAgeGate: {
    ...larger,
    fits: (value: unknown) => /^\d+(\.\d+)?(ms|[smhdw])?$/.test(String(value)),
    strength: minutes,
  },
  npmPreapprovedPackages: exceptFrom('npmMinimalAgeGate'),
}

const flags = each(
  flag,
  `enableCacheClean enableColors enableConstraintsChecks enableGlobalCache enableHyperlinks enableInlineBuilds
  enableInlineHunks enableMessageNames enableMirror enableNetwork enableOfflineMode enableProgressBars
  enableStrictSettings enableTelemetry enableTimers enableTips enableTransparentWorkspaces minizip
  nodeExperimentalPackageMap nmSelfReferences npmPublishProvenance pnpEnableEsmLoader pnpEnableInlining
  preferDeferredVersions preferInteractive preferReuse preferTruncatedLines tsEnableAutoTypes`,
)

const numbers = each(
  number,
  'cloneConcurrency httpRetry networkConcurrency pnpmInstallConcurrency taskPoolConcurrency workspaceConcurrency',
)

const texts = each(
  text,
  `cacheFolder cacheMigrationMode changesetBaseRefs changesetIgnorePatterns compressionLevel defaultLanguageName
  defaultProtocol defaultSemverRangePrefix deferredVersionFolder globalFolder httpTimeout immutablePatterns initScope
  installStatePath lastUpdateCheck nmHoistingLimits nmMode nodeLinker nodePackageMapType npmAuditExcludePackages
  npmAuditIgnoreAdvisories npmPublishAccess patchFolder pnpFallbackMode pnpIgnorePatterns pnpMode pnpUnpluggedFolder
  pnpZipBackend pnpmStoreFolder progressBarStyle rcFilename taskPoolMode telemetryInterval telemetryUserId
  virtualFolder winLinkType`,
)

const objects = each(
  anything,
  'catalog catalogs initEditorConfig initFields logFilters packageExtensions supportedArchitectures',
)

const table = tableOf(flags, numbers, texts, objects, traffic, code, scripts)

/** The verdict for calls by our plugin. Yarn's environment contains no secret then. */
export function yarnVerdict(name: string): Verdict | undefined {
  return table.get(bare(name))
}

/** The verdict if a person has put a secret into Yarn's environment. */
export function yarnVerdictWithVariables(name: string): Verdict | undefined {
  return name in code ? runs : yarnVerdict(name)
}

function minutes(written: string): number {
  const [, amount = '', unit = 'm'] = /^([\d.]+)(ms|[smhdw])?$/.exec(written) ?? []
  const inMinutes = { ms: 1 / 60_000, s: 1 / 60, m: 1, h: 60, d: 1440, w: 10_080 }
  return Number(amount) * inMinutes[unit as keyof typeof inMinutes]
}
