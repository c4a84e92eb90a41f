/*
 * Environment variables that do more than hold a value. They make programs run code, trust another party or read their
 * files from elsewhere.
 */

const loading = new Set([
  ...['PATH', 'HOME', 'SHELL', 'IFS', 'ENV', 'BASH_ENV', 'BASHOPTS', 'SHELLOPTS', 'PROMPT_COMMAND', 'PS4', 'ZDOTDIR'],
  ...['EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'GCONV_PATH', 'GLIBC_TUNABLES', 'LOCPATH', 'TMPDIR', 'TMP', 'TEMP'],
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_REPL_EXTERNAL_MODULE'],
  ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONINSPECT', 'PYTHONBREAKPOINT', 'PYTHONWARNINGS'],
  ...['PERL5OPT', 'PERL5LIB', 'PERL5DB', 'PERLLIB', 'RUBYOPT', 'RUBYLIB', 'CLASSPATH', 'RUSTC_WRAPPER'],
  ...['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'MAVEN_OPTS', 'GRADLE_OPTS', 'SSH_ASKPASS'],
  ...['SUDO_ASKPASS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'OPENSSL_CONF'],
  ...['SSLKEYLOGFILE', 'CURL_HOME', 'NETRC', 'HOSTALIASES', 'RES_OPTIONS', 'COREPACK_NPM_REGISTRY'],
  ...['GIT_ASKPASS', 'GIT_DIR', 'GIT_EDITOR', 'GIT_EXEC_PATH', 'GIT_EXTERNAL_DIFF', 'GIT_PAGER', 'GIT_PROXY_COMMAND'],
  ...['GIT_SEQUENCE_EDITOR', 'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSL_CAINFO', 'GIT_SSL_NO_VERIFY', 'GIT_TEMPLATE_DIR'],
  ...['BUN_BE_BUN', 'BUN_INSPECT', 'BUN_INSPECT_PRELOAD', 'BUN_OPTIONS', 'YARN_IGNORE_PATH', 'YARN_PLUGINS'],
  ...['YARN_RC_FILENAME', 'YARN_YARN_PATH'],
])

const loadingBeginnings = ['LD_', 'DYLD_', 'GIT_CONFIG', 'BASH_FUNC_', 'CREDBRIDGE_', 'NPM_CONFIG_', 'PNPM_CONFIG_']
const ownBeginnings = ['GIT_', 'PYTHON', 'BUN_', 'YARN_', 'XDG_']

/** Whether a variable of this name loads code or redirects traffic. No secret is put into such a variable. */
export function loadsCode(name: string): boolean {
  const capital = name.toUpperCase()
  if (loading.has(capital) || capital.endsWith('_PROXY')) return true
  return loadingBeginnings.some((one) => capital.startsWith(one))
}

/** Whether programs read a variable of this name unasked. A project's file must not set such a variable. */
export function isPowerful(name: string): boolean {
  return loadsCode(name) || ownBeginnings.some((one) => name.toUpperCase().startsWith(one))
}
