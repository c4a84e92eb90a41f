/*
 * For tests under Wine: runs the program of its command line with pipes of Windows as its standard streams, and passes
 * everything through. Wine hands Unix pipes on, which Node cannot open. CREDBRIDGE_TEST_HOME is the home of a person of
 * the test's own: Wine sets the person of the Unix login. CREDBRIDGE_TEST_PATHEXT is PATHEXT, which Wine sets, too.
 */
#define WIN32_LEAN_AND_MEAN
#include <stdio.h>
#include <windows.h>

struct way {
  HANDLE from, to;
};

static DWORD WINAPI pass(void *given) {
  struct way *way = given;
  char bytes[4096];
  DWORD count, written;
  while (ReadFile(way->from, bytes, sizeof bytes, &count, NULL) && count > 0) {
    for (DWORD at = 0; at < count; at += written) {
      if (!WriteFile(way->to, bytes + at, count - at, &written, NULL)) return 0;
    }
  }
  CloseHandle(way->to);
  return 0;
}

static void live_in(const wchar_t *home) {
  static const wchar_t *folders[][2] = {
      {L"USERPROFILE", L""}, {L"APPDATA", L"\\AppData\\Roaming"}, {L"LOCALAPPDATA", L"\\AppData\\Local"}};
  wchar_t path[MAX_PATH * 2];
  for (unsigned at = 0; at < 3; at++) {
    lstrcpyW(path, home);
    lstrcatW(path, folders[at][1]);
    SetEnvironmentVariableW(folders[at][0], path);
  }
}

int main(void) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION child;
  HANDLE in, out, error;
  wchar_t home[MAX_PATH], endings[MAX_PATH] = L"";
  struct way input = {GetStdHandle(STD_INPUT_HANDLE), NULL};
  struct way output = {NULL, GetStdHandle(STD_OUTPUT_HANDLE)}, errors = {NULL, GetStdHandle(STD_ERROR_HANDLE)};
  CreatePipe(&in, &input.to, &inherited, 0);
  CreatePipe(&output.from, &out, &inherited, 0);
  CreatePipe(&errors.from, &error, &inherited, 0);
  SetHandleInformation(input.to, HANDLE_FLAG_INHERIT, 0);
  SetHandleInformation(output.from, HANDLE_FLAG_INHERIT, 0);
  SetHandleInformation(errors.from, HANDLE_FLAG_INHERIT, 0);
  startup.hStdInput = in;
  startup.hStdOutput = out;
  startup.hStdError = error;
  if (GetEnvironmentVariableW(L"CREDBRIDGE_TEST_HOME", home, MAX_PATH) > 0) live_in(home);
  SetLastError(0);
  GetEnvironmentVariableW(L"CREDBRIDGE_TEST_PATHEXT", endings, MAX_PATH);
  if (GetLastError() == 0) SetEnvironmentVariableW(L"PATHEXT", endings);

  wchar_t *line = GetCommandLineW();
  for (BOOL quoted = FALSE; *line != 0 && (quoted || *line != L' '); line++) {
    if (*line == L'"') quoted = !quoted;
  }
  while (*line == L' ') line++;
  BOOL started = FALSE;
  for (int left = 5; left > 0 && !started; left--) {
    started = CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child);
    // Seen under Wine with many programs at once: the program has not begun.
    if (started || GetLastError() != ERROR_INTERNAL_ERROR) break;
    Sleep(200);
  }
  if (!started) {
    fprintf(stderr, "pipes: error %lu of Windows\n", GetLastError());
    return 126;
  }
  CloseHandle(in);
  CloseHandle(out);
  CloseHandle(error);
  CreateThread(NULL, 0, pass, &input, 0, NULL);
  HANDLE threads[] = {CreateThread(NULL, 0, pass, &output, 0, NULL), CreateThread(NULL, 0, pass, &errors, 0, NULL)};
  DWORD code = 126;
  WaitForSingleObject(child.hProcess, INFINITE);
  WaitForMultipleObjects(2, threads, TRUE, 5000);
  GetExitCodeProcess(child.hProcess, &code);
  ExitProcess(code);
}
