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
    --print-completion) COMPREPLY=($(compgen -W 'bash zsh tcsh' -- "$current")) ;;
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
    '--print-completion[print shell completion script]:shell:(bash zsh tcsh)' \\
    ':operation:(${operations})' ':service:' ':username:'
}
compdef _keyring keyring
`

const tcsh = `# tcsh completion for keyring
complete keyring 'n/--mode/(password creds)/' 'n/--output/(plain json)/' 'n/--print-completion/(bash zsh tcsh)/' \\
  'n/{-p,--keyring-path}/d/' 'n/{-b,--keyring-backend}/\`keyring --list-backends | cut -d" " -f1\`/' \\
  'c/-/(${flags})/' 'p/1/(${operations})/'
`

/** A script that completes the words of `keyring`, for one of the three shells that argparse lets through. */
export function completionScript(shell: string): Reply {
  return reply({ bash, zsh, tcsh }[shell] ?? '')
}
