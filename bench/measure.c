/*
 * measure <count> <program> <word>...
 *
 * Starts a program <count> times at once. Each process gets a copy of standard input (at most 64 KiB, a pipe's size). When
 * all have ended, writes one line for each to file descriptor 3: nanoseconds from before the first start to its end, peak
 * memory in KiB, exit status, and the time of that start by the monotonic clock. This is a separate small program because Linux counts the memory of the parent as the
 * child's peak until exec, and a large parent starts a child slowly. No shell, no threads, no polling.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most = 256, input_size = 65536 };

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(125);
}

int main(int words, char **word) {
  static char input[input_size];
  int count = words > 2 ? atoi(word[1]) : 0;
  if (count < 1 || count > most) return fputs("measure <count> <program> <word>...\n", stderr), 125;
  if (fcntl(3, F_SETFD, FD_CLOEXEC) < 0) fail("descriptor 3");

  ssize_t length = 0, more;
  while ((more = read(0, input + length, input_size - length)) > 0) length += more;

  int ends[most];
  for (int at = 0; at < count; at++) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) < 0 || write(pipe_ends[1], input, length) != length) fail("pipe");
    close(pipe_ends[1]);
    ends[at] = pipe_ends[0];
  }

  long long start = now();
  for (int at = 0; at < count; at++) {
    pid_t child = vfork();
    if (child < 0) fail("vfork");
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(ends[at], 0);
      execv(word[2], word + 2);
      _exit(127);
    }
  }
  for (int at = 0; at < count; at++) {
    int status;
    struct rusage usage;
    if (wait4(-1, &status, 0, &usage) < 0) fail("wait4");
    long long time = now() - start;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    dprintf(3, "%lld %ld %d %lld\n", time, usage.ru_maxrss, code, start);
  }
  return 0;
}
