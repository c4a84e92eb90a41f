/**
 * For `python3 -c`: runs a command on a terminal of its own, types once it has asked, and prints what was shown. Where it
 * asks several times, `answers` joins what is typed.
 */
export const onTerminal = `
import fcntl, os, pty, struct, sys, termios
typed, words = sys.argv[1].encode().split(b"\\x1e"), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(words[0], words)
shown = b""
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    shown += some
    if typed and shown.endswith(b": "):
        os.write(terminal, typed.pop(0))
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
`

/** What is typed at one question after the other. */
export function answers(...typed: readonly string[]): string {
  return typed.join('\u001e')
}
