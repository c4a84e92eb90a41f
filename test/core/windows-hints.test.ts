import { expect, test } from 'vitest'
import { hint } from '../../src/core/hint.ts'
import { hintsInWindowsWords } from '../../src/core/windows-hints.ts'

/* Each hint as Windows' shells read it. No PowerShell can be had here: what it does is from its documentation. */

const path = 'C:\\Users\\Jörg Müller\\it.json'

test.each([
  [hint`credbridge get https://git.example.com ${'ann'}`, 'credbridge get https://git.example.com ann'],
  [hint`credbridge get --service ${'a b'} ${'DOMAIN\\ann'}`, 'credbridge get --service "a b" DOMAIN\\ann'],
  [hint`credbridge remove ${'50% off'}`, "credbridge remove '50% off'"],
  [hint`credbridge remove ${"it's"} ${'a,b'} ${''}`, 'credbridge remove "it\'s" "a,b" ""'],
  [hint`credbridge remove ${'$(calc) `x` ’'}`, "credbridge remove '$(calc) `x` ’’'"],
  [hint`credbridge remove ${'ends\\ '} ${'and \\'}`, 'credbridge remove "ends\\ " "and \\\\"'],
  [hint`to use another: credbridge use <store>`, 'to use another: credbridge use <store>'],
  [hint`rm ${path}`, `del "${path}"`],
  [hint`rm ${'\\\\server\\home\\it.json'}`, 'del \\\\server\\home\\it.json'],
  [hint`rm -r ${path}`, `Remove-Item -Recurse "${path}" (in cmd: rmdir /s "${path}")`],
  [hint`put it aside: mv ${path} ${`${path}.broken`}`, `put it aside: move "${path}" "${path}.broken"`],
  [hint`ls -ld ${path}`, `icacls "${path}"`],
  [hint`unset GOAUTH`, 'Remove-Item Env:GOAUTH (in cmd: set GOAUTH=)'],
  [hint`unset A B`, 'Remove-Item Env:A, Env:B (in cmd: set A= & set B=)'],
  [
    hint`in your shell profile: export SSH_ASKPASS=${path} SSH_ASKPASS_REQUIRE=force`,
    `in your shell profile: $env:SSH_ASKPASS = '${path}'; $env:SSH_ASKPASS_REQUIRE = 'force' (in cmd: set "SSH_ASKPASS=${path}" & set "SSH_ASKPASS_REQUIRE=force")`,
  ],
  [hint`export SSH_ASKPASS=${path}`, `$env:SSH_ASKPASS = '${path}' (in cmd: set "SSH_ASKPASS=${path}")`],
  [hint`export PATH=${'C:\\a b'}:"$PATH"`, '$env:PATH = "C:\\a b;$env:PATH"'],
  [
    hint`mkdir -p ~/.local/bin && export PATH="$HOME/.local/bin:$PATH" && credbridge setup pip`,
    'mkdir -Force "$HOME\\.local\\bin"; $env:PATH = "$HOME\\.local\\bin;$env:PATH"; credbridge setup pip',
  ],
  [
    hint`last resort: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"`,
    'last resort: $env:CREDBRIDGE_VAULT_KEY = credbridge unlock --print',
  ],
  [hint`try again`, 'try again'],
  [hint`sudo -u ann`, 'sudo -u ann'],
])('%s', (posix, windows) => {
  expect(hintsInWindowsWords(`hint: ${posix}\n`)).toBe(`hint: ${windows}\n`)
})

test('only hints and fixes change, and lines that a fix is in', () => {
  const text = 'credbridge: rm it\nhint: unset A\n        fix: rm a\nrm b\n'
  expect(hintsInWindowsWords(text)).toBe(
    'credbridge: rm it\nhint: Remove-Item Env:A (in cmd: set A=)\n        fix: del a\nrm b\n',
  )
})
