import type { Reporter, TestModule } from 'vitest/node'

/** What a suite is called that was skipped because a part of the outside world is not here; `partIn` reads it back. */
export const skippedFor = (part: string): string => `skipped: ${part} is not here`

/** Debian's package for each program that tests look for. */
const packages: Readonly<Record<string, string>> = {
  bash: 'bash',
  buildah: 'buildah',
  bwrap: 'bubblewrap',
  chmod: 'coreutils',
  cat: 'coreutils',
  cp: 'coreutils',
  crun: 'crun',
  curl: 'curl',
  'dbus-daemon': 'dbus',
  'dbus-monitor': 'dbus-bin',
  'dbus-send': 'dbus-bin',
  dirname: 'coreutils',
  docker: 'docker.io',
  'docker-credential-pass': 'golang-docker-credential-helpers',
  'docker-credential-secretservice': 'golang-docker-credential-helpers',
  'docker-registry': 'docker-registry',
  fish: 'fish',
  flock: 'util-linux',
  git: 'git',
  'gnome-keyring-daemon': 'gnome-keyring',
  gpg: 'gnupg',
  gpgconf: 'gnupg',
  htpasswd: 'apache2-utils',
  keepassxc: 'keepassxc',
  id: 'coreutils',
  kwalletd5: 'libkf5wallet-bin',
  'keepassxc-cli': 'keepassxc',
  keyctl: 'keyutils',
  ldd: 'libc-bin',
  ln: 'coreutils',
  ls: 'coreutils',
  mkdir: 'coreutils',
  mkfifo: 'coreutils',
  npm: 'npm',
  openssl: 'openssl',
  pass: 'pass',
  perl: 'perl',
  podman: 'podman',
  prlimit: 'util-linux',
  ps: 'procps',
  python3: 'python3',
  rm: 'coreutils',
  script: 'bsdutils',
  'secret-tool': 'libsecret-tools',
  setpriv: 'util-linux',
  chromium: 'chromium',
  groff: 'groff-base',
  ssh: 'openssh-client',
  sh: 'dash',
  skopeo: 'skopeo',
  sleep: 'coreutils',
  'ssh-add': 'openssh-client',
  'ssh-agent': 'openssh-client',
  readelf: 'binutils',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
  strace: 'strace',
  'systemd-analyze': 'systemd',
  'systemd-socket-activate': 'systemd',
  tar: 'tar',
  touch: 'coreutils',
  unshare: 'util-linux',
  wget: 'wget',
  zsh: 'zsh',
}

const others: Readonly<Record<string, string>> = {
  "AWS's command line 2": 'apt-get install awscli',
  kubectl: '.ci/kube-clients',
  'kubectl 1.35 or later': '.ci/kube-clients',
  'a keyring': 'apt-get install dbus dbus-bin gnome-keyring',
  'Go 1.24 or later': 'install a release of Go; Debian 12 has an older one',
  'Python with keyring and secretstorage': 'apt-get install python3-keyring python3-secretstorage',
  'git-credential-libsecret': '.ci/gits',
  root: 'run the tests as root',
  'Terraform or OpenTofu': '.ci/tofu',
  gitea: '.ci/weekly',
  'oo7-daemon': '.ci/weekly',
  Keycloak: '.ci/weekly',
  OpenBao: '.ci/openbao',
  'Wine with a Windows': '.ci/windows',
  cargo: 'install Rust 1.87 or later',
}

/** Says at the end of a run what was skipped for want of which part, and how to get it. */
export function missingParts(): Reporter {
  return {
    onTestRunEnd(modules) {
      const report = reportOf(modules.flatMap(skippedIn))
      if (report !== '') process.stdout.write(report)
    },
  }
}

/** The report; nothing skipped: empty. */
export function reportOf(names: readonly string[]): string {
  const suites = new Map<string, number>()
  for (const part of names.flatMap((name) => partIn(name) ?? [])) suites.set(part, (suites.get(part) ?? 0) + 1)
  if (suites.size === 0) return ''
  const lines = [...suites].sort().map(([part, count]) => {
    const how = howToGet(part)
    return `  ${part}: ${count} ${count === 1 ? 'suite' : 'suites'}${how === undefined ? '' : `; to get it: ${how}`}`
  })
  return `\n not run, for want of:\n${lines.join('\n')}\n all of it at once, on Debian: .ci/run\n\n`
}

function skippedIn(module: TestModule): readonly string[] {
  return [...module.children.allTests('skipped')].map(({ name }) => name)
}

function partIn(name: string): string | undefined {
  const [before, after] = skippedFor('\n').split('\n') as [string, string]
  const isOne = name.startsWith(before) && name.endsWith(after)
  return isOne ? name.slice(before.length, name.length - after.length) : undefined
}

function howToGet(part: string): string | undefined {
  const debian = packages[part]
  return debian === undefined ? others[part] : `apt-get install ${debian}`
}
