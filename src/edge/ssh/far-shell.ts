/*
 * What the first command of a connection does on the far side, for a POSIX shell that reads it from its standard input. That
 * shell lives as long as the connection, so its process number tells whether a socket lives: sshd leaves the file of a dead
 * one there. The name has the host's, because hosts may share a home folder, and no host knows the processes of another. Sockets
 * of this host's own sessions to others are in that folder, too, under other names. The default path of the store `remote` is a
 * link to a socket that lives, whoever of several connections has it.
 */

/** Before each line for us: a login shell may print lines of its own. */
export const mark = 'credbridge-ssh:'

/** Makes the folder, tells the path for the socket, and whether credbridge is there. */
export const beginning = `
umask 077
d=
case \${XDG_RUNTIME_DIR:-} in /*) [ -d "$XDG_RUNTIME_DIR" ] && [ -w "$XDG_RUNTIME_DIR" ] && d=$XDG_RUNTIME_DIR/credbridge;; esac
case \${XDG_STATE_HOME:-} in /*) t=$XDG_STATE_HOME;; *) t=$HOME/.local/state;; esac
[ -n "$d" ] || d=$t/credbridge
mkdir -p "$d" && chmod 700 "$d" || { echo ${mark} failed; exit 1; }
ours=$d/far-$(uname -n | tr -cd 'A-Za-z0-9.-' | cut -c 1-24)_
s=$ours$$.sock
l=$d/remote.sock
rm -f "$s"
lives() { p=\${1#"$ours"}; p=\${p%.sock}; [ -S "$1" ] && kill -0 "$p" 2>/dev/null; }
relink() {
  now=$(readlink "$l" 2>/dev/null)
  [ -n "$now" ] && lives "$now" && return
  for a in "$ours"*.sock; do
    if lives "$a"; then ln -s "$a" "$d/link-$$" && mv -f "$d/link-$$" "$l"; return; fi
    rm -f "$a"
  done
  case $now in "$ours"*) rm -f "$l";; esac
}
trap 'rm -f "$s"; relink' EXIT
trap 'exit 0' HUP INT TERM PIPE
if command -v credbridge >/dev/null 2>&1 || [ -x "$HOME/.local/bin/credbridge" ]; then c=there; else c=missing; fi
echo "${mark} system $(uname -s) $(uname -m)"
echo "${mark} credbridge $c"
echo "${mark} socket $s"
`

/** Once the socket is forwarded. */
export const forwarded = `
relink
echo "${mark} linked"
`

/** The file of standard input becomes the executable. For any login shell: it is one line. */
export const installing: string = `exec sh -c '${[
  'umask 022',
  'mkdir -p "$HOME/.local/bin"',
  'cd "$HOME/.local/bin"',
  'cat > .credbridge-new',
  'chmod 755 .credbridge-new',
  'mv -f .credbridge-new credbridge',
].join(' && ')}'`
