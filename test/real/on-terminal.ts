/** For `python3 -c`: runs a command on a terminal of its own, types once it has asked, and prints what was shown. */
export const onTerminal = `
import fcntl, os, pty, struct, sys, termios
typed, words = sys.argv[1].encode(), sys.argv[2:]
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
        os.write(terminal, typed)
        typed = b""
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
`
