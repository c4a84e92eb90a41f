import { Failure } from '../../core/failure.ts'
import { type Reply, reply } from '../dialect.ts'

const flags =
  '-h --help -p --keyring-path -b --keyring-backend --list-backends --disable --mode --output --print-completion'
const operations = 'get set del diagnose'

const bash = `# bash completion for keyring
_keyring() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  case $previous in
    -b|--keyring-backend) COMPREPLY=($(compgen -W "$(keyring --list-backends | cut -d' ' -f1)" -- "$current")) ;;
    -p|--keyring-path) COMPREPLY=($(compgen -d -- "$current")) ;;
    --mode) COMPREPLY=($(compgen -W 'password creds' -- "$current")) ;;
    --output) COMPREPLY=($(compgen -W 'plain json' -- "$current")) ;;
    --print-completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$current")) ;;
    *) COMPREPLY=($(compgen -W '${flags} ${operations}' -- "$current")) ;;
  esac
}
complete -F _keyring keyring
`

const zsh = `#compdef keyring
_keyring_backends() { compadd -- \${(f)"$(keyring --list-backends | cut -d' ' -f1)"} }
_keyring() {
  _arguments \\
    '(- *)'{-h,--help}'[show this help message and exit]' \\
    {-p,--keyring-path}'[path to the keyring backend]:path:_files -/' \\
    {-b,--keyring-backend}'[name of the keyring backend]:backend:_keyring_backends' \\
    '--list-backends[list keyring backends and exit]' \\
    '--disable[disable keyring and exit]' \\
    '--mode[what get prints]:mode:(password creds)' \\
    '--output[how get prints it]:output:(plain json)' \\
    '--print-completion[print shell completion script]:shell:(bash zsh)' \\
    ':operation:(${operations})' ':service:' ':username:'
}
compdef _keyring keyring
`

/** A script that completes the arguments of `keyring`, for the named shell. tcsh: `unsupported`. */
export function completionScript(shell: string): Reply {
  const script = { bash, zsh }[shell]
  if (script !== undefined) return reply(script)
  throw new Failure('unsupported', `there is no keyring completion for ${shell}`)
}
