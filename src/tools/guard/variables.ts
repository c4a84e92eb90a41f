/*
 * Variables that make programs run code, trust somebody or find their own files elsewhere. A secret is never put into
 * one, and a project's file of variables never sets one for a program that is given a secret.
 */

const exactly = new Set([
  ...['PATH', 'HOME', 'SHELL', 'IFS', 'ENV', 'BASH_ENV', 'BASHOPTS', 'SHELLOPTS', 'PROMPT_COMMAND', 'PS4', 'ZDOTDIR'],
  ...['EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'GCONV_PATH', 'GLIBC_TUNABLES', 'LOCPATH', 'TMPDIR', 'TMP', 'TEMP'],
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_REPL_EXTERNAL_MODULE'],
  ...['PERL5OPT', 'PERL5LIB', 'PERL5DB', 'PERLLIB', 'RUBYOPT', 'RUBYLIB', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS'],
  ...['JDK_JAVA_OPTIONS', 'CLASSPATH', 'MAVEN_OPTS', 'GRADLE_OPTS', 'RUSTC_WRAPPER', 'SSH_ASKPASS', 'SUDO_ASKPASS'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'OPENSSL_CONF', 'SSLKEYLOGFILE'],
  ...['CURL_HOME', 'NETRC', 'HOSTALIASES', 'RES_OPTIONS', 'COREPACK_NPM_REGISTRY'],
])

const beginnings = [
  'LD_',
  'DYLD_',
  'GIT_',
  'PYTHON',
  'BUN_',
  'CREDBRIDGE_',
  'NPM_CONFIG_',
  'PNPM_CONFIG_',
  'YARN_',
  'XDG_',
]

/** Whether a variable of this name does more than hold a value. Some programs do not care for the case of letters. */
export function isPowerful(name: string): boolean {
  const capital = name.toUpperCase()
  return exactly.has(capital) || beginnings.some((one) => capital.startsWith(one)) || capital.endsWith('_PROXY')
}
