import { Argument, type Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'

/*
 * Scripts that ask `credbridge complete` what a shell may offer. Names of files and programs the shell knows best: for those the
 * answer is a tab and their kind. The last word is passed behind `=`, because PowerShell
 * and fish drop an empty one.
 */

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const

export function completionCommand(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description(
      'print a completion script for a shell: commands, options and their words, kept endpoints and accounts',
    )
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: (typeof shells)[number]) => context.terminal.out(scripts[shell]))
}

const scripts: { readonly [shell in (typeof shells)[number]]: string } = {
  // Readline replaces only what follows the last character of COMP_WORDBREAKS.
  bash: `_credbridge() {
  local line=\${COMP_LINE:0:COMP_POINT} words word begun offered breaks= cut=
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  begun=\${words[\${#words[@]}-1]}
  for word in : = @; do [[ $COMP_WORDBREAKS == *"$word"* ]] && breaks+=$word; done
  [[ -n $breaks ]] && cut=\${begun%"\${begun##*[$breaks]}"}
  COMPREPLY=()
  offered=$(credbridge complete -- "\${words[@]:1:\${#words[@]}-2}" "=$begun" 2>/dev/null </dev/null)
  if [[ $offered == $'\\t'* ]]; then
    [[ $begun == --*=* ]] && begun=\${begun#*=}
    local IFS=$'\\n' kind=-f
    [[ $offered == $'\\tcommand' ]] && kind=-c
    COMPREPLY=($(compgen "$kind" -- "$begun"))
    compopt -o filenames 2>/dev/null
    return
  fi
  while IFS=$'\\t' read -r word _; do
    [[ -n $word ]] || continue
    printf -v word '%q' "\${word#"$cut"}"
    COMPREPLY+=("$word")
  done <<<"$offered"
}
complete -F _credbridge credbridge
`,
  zsh: `#compdef credbridge
_credbridge() {
  local line
  local -a offered about
  for line in "\${(@f)$(credbridge complete -- "\${(@Q)words[2,CURRENT-1]}" "=\${(Q)words[CURRENT]}" 2>/dev/null </dev/null)}"; do
    [[ -n $line ]] || continue
    if [[ $line == $'\\t'* ]]; then
      compset -P '--*='
      if [[ $line == $'\\tcommand' ]]; then _command_names -e; else _files; fi
      return
    fi
    offered+=("\${line%%$'\\t'*}")
    about+=("\${line/$'\\t'/  -- }")
  done
  (( $#offered )) && compadd -l -d about -- "\${offered[@]}"
}
compdef _credbridge credbridge
`,
  fish: `function __credbridge_complete
  set -l before (commandline -opc)
  set -l begun (commandline -ct)
  set -l offered (credbridge complete -- $before[2..-1] "=$begun" 2>/dev/null </dev/null)
  set -l flag (string match -r '^--[^=]+=' -- $begun)
  switch "$offered[1]"
    case \\tfiles
      __fish_complete_path (string replace -r '^--[^=]+=' '' -- $begun) | string replace -r -- '^' "$flag"
    case \\tcommand
      __fish_complete_command
    case '*'
      printf '%s\\n' $offered
  end
end
complete -c credbridge -f -a '(__credbridge_complete)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName credbridge -ScriptBlock {
  param($begun, $line, $cursor)
  $before = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_".Trim("'", '"') })
  # Without an answer PowerShell offers the names of files.
  credbridge complete -- $before "=$begun" 2>$null | Where-Object { $_ -notmatch '^\\t' } | ForEach-Object {
    $word, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $word }
    $text = if ($word -match "[\\s'#@;,(){}|&<>]") { "'" + $word.Replace("'", "''") + "'" } else { $word }
    [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $about)
  }
}
`,
}
