"""Runs a command on a terminal of its own and answers its questions: a list of [question, answer] as JSON, then the command.

An answer is typed once its question is shown and the program has made the terminal raw or silent: what is typed before that
is thrown away then, or shown. Ctrl-C is typed at once, but not where "when it listens" follows it. What the terminal showed
goes to standard output. The exit code is the command's, of a signal as a shell says it, but 99 where it was 0 and a question
did not come, and 98 where the command left the terminal in another mode; after a minute, or TYPIST_SECONDS, the
command is killed. The terminal is 80 columns wide, or as wide as TYPIST_COLUMNS says.
"""

import fcntl, json, os, pty, select, signal, struct, sys, termios, time

left, words = json.loads(sys.argv[1]), sys.argv[2:]
seconds = os.environ.pop('TYPIST_SECONDS', '60')
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(os.environ.pop('TYPIST_COLUMNS', '80')), 0, 0))
    os.execvp(words[0], words)


def listens():
    both = termios.ICANON | termios.ECHO
    return termios.tcgetattr(terminal)[3] & both != both


before = termios.tcgetattr(terminal)
shown, since = b'', b''
limit = time.monotonic() + float(seconds)
while True:
    if time.monotonic() > limit:
        os.kill(pid, signal.SIGKILL)
        break
    if select.select([terminal], [], [], 0.01)[0]:
        try:
            some = os.read(terminal, 4096)
        except OSError:  # Nobody has the other end open any more.
            break
        if not some:
            break
        shown += some
        since += some
    elif left and left[0][0].encode() in since and (listens() or left[0][1:] == ['\x03']):
        os.write(terminal, left.pop(0)[1].encode())
        since = b''

_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
if termios.tcgetattr(terminal) != before:
    sys.exit(98)
exit_code = os.waitstatus_to_exitcode(status)
sys.exit(99 if left and exit_code == 0 else exit_code if exit_code >= 0 else 128 - exit_code)
