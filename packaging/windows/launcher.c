/*
 * The program by which clients on Windows start a command of credbridge: uv, Rust, Go and Java start nothing but `.exe`.
 * A copy of it has the command's name. What it starts, in this order:
 *
 *   1. the words of `<name>.start` beside it, which setup wrote: a program, its first argument or nothing, `keep` or nothing
 *   2. node, from the absolute folders of PATH, with `<name>.cjs` beside it
 *   3. `credbridge.exe` beside it, with the name as its first argument: the standalone executable
 *
 * The command line is passed on as it came. Nothing is looked for in the current folder. Only kernel32 is linked, which
 * Windows always loads from System32.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602
#include <windows.h>

#define MOST 32768

static wchar_t folder[MOST], name[MOST], path[MOST], program[MOST], line[MOST], start[MOST], search[MOST];
static DWORD line_length;

static DWORD length_of(const wchar_t *text) {
  DWORD length = 0;
  while (text[length] != 0) length++;
  return length;
}

static void fail(const wchar_t *text) {
  HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
  char bytes[512];
  DWORD written;
  int count = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
  if (count > 1) WriteFile(error, bytes, count - 1, &written, NULL);
  ExitProcess(127);
}

static void append(const wchar_t *text) {
  DWORD length = length_of(text);
  if (line_length + length >= MOST) fail(L"credbridge: the command line is too long\n");
  for (DWORD at = 0; at < length; at++) line[line_length++] = text[at];
  line[line_length] = 0;
}

/* A path has no quotation mark, and ours do not end with a backslash. */
static void append_quoted(const wchar_t *text) {
  append(L"\"");
  append(text);
  append(L"\" ");
}

static BOOL join(wchar_t *out, const wchar_t *first, const wchar_t *second, const wchar_t *third) {
  const wchar_t *parts[] = {first, second, third};
  DWORD length = 0;
  for (int part = 0; part < 3; part++) {
    for (const wchar_t *at = parts[part]; *at != 0; at++) {
      if (length == MOST - 1) return FALSE;
      out[length++] = *at;
    }
  }
  out[length] = 0;
  return TRUE;
}

static BOOL is_file(const wchar_t *file) {
  DWORD attributes = GetFileAttributesW(file);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

static BOOL is_slash(wchar_t unit) { return unit == L'\\' || unit == L'/'; }

static BOOL is_absolute(const wchar_t *file) {
  wchar_t letter = file[0] | 0x20;
  return (is_slash(file[0]) && is_slash(file[1])) ||
         (letter >= L'a' && letter <= L'z' && file[1] == L':' && is_slash(file[2]));
}

/* The folder and the name of this program, without `.exe`. */
static void find_self(void) {
  DWORD length = GetModuleFileNameW(NULL, folder, MOST);
  if (length == 0 || length >= MOST) fail(L"credbridge: the path of this program is too long\n");
  DWORD at = length;
  while (at > 0 && !is_slash(folder[at - 1])) at--;
  join(name, folder + at, L"", L"");
  folder[at] = 0;
  length = length_of(name);
  if (length > 4 && name[length - 4] == L'.') name[length - 4] = 0;
}

static BOOL find_node(void) {
  DWORD length = GetEnvironmentVariableW(L"PATH", search, MOST);
  if (length == 0 || length >= MOST) return FALSE;
  wchar_t *from = search;
  for (BOOL more = TRUE; more; ) {
    wchar_t *to = from, *next;
    while (*to != 0 && *to != L';') to++;
    more = *to == L';';
    next = to + 1;
    *to = 0;
    if (*from == L'"' && to - from > 1 && to[-1] == L'"') {
      from++;
      to[-1] = 0;
    }
    if (is_absolute(from) && join(program, from, L"\\node.exe", L"") && is_file(program)) return TRUE;
    from = next;
  }
  return FALSE;
}

/* The words of `<name>.start`, in UTF-16, each with a line end. */
static BOOL read_start(wchar_t **words) {
  join(path, folder, name, L".start");
  HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return FALSE;
  DWORD size = 0;
  BOOL read = ReadFile(file, start, (MOST - 1) * sizeof(wchar_t), &size, NULL);
  CloseHandle(file);
  if (!read) return FALSE;
  wchar_t *at = start;
  start[size / sizeof(wchar_t)] = 0;
  for (int word = 0; word < 3; word++) {
    words[word] = at;
    while (*at != 0 && *at != L'\n') at++;
    if (*at == L'\n') *at++ = 0;
  }
  return is_absolute(words[0]);
}

/* Builds the command line of what is started, and sets `program`. */
static void find_program(void) {
  wchar_t *words[3];
  if (read_start(words)) {
    BOOL found = is_file(words[0]) ? join(program, words[0], L"", L"")
                                   : is_absolute(words[1]) && is_file(words[1]) && find_node();
    if (!found || (is_absolute(words[1]) && !is_file(words[1]))) {
      fail(L"credbridge: Node or credbridge is no longer where it was at setup\n"
           L"hint: credbridge doctor; or, if it was removed, install it again, and run: credbridge uninstall\n");
    }
    if (words[2][0] != L'k') SetEnvironmentVariableW(L"NODE_OPTIONS", NULL);
    append_quoted(program);
    if (words[1][0] != 0) append_quoted(words[1]);
    return;
  }
  join(path, folder, name, L".cjs");
  if (is_file(path)) {
    if (!find_node()) fail(L"credbridge: node.exe is in no absolute folder of PATH\n");
    append_quoted(program);
    append_quoted(path);
    return;
  }
  if (lstrcmpiW(name, L"credbridge") == 0 || !join(program, folder, L"credbridge.exe", L"") || !is_file(program)) {
    fail(L"credbridge: there is no credbridge beside this program\nhint: install credbridge again\n");
  }
  append_quoted(program);
  append_quoted(name);
}

/* What follows the name of the program in the command line, as it came. */
static const wchar_t *arguments(void) {
  const wchar_t *at = GetCommandLineW();
  BOOL quoted = FALSE;
  for (; *at != 0 && (quoted || (*at != L' ' && *at != L'\t')); at++) {
    if (*at == L'"') quoted = !quoted;
  }
  while (*at == L' ' || *at == L'\t') at++;
  return at;
}

static void fail_by(DWORD error) {
  wchar_t digits[11];
  DWORD at = 10;
  digits[at] = 0;
  do digits[--at] = L'0' + error % 10;
  while ((error /= 10) != 0);
  join(path, L"credbridge: Node or credbridge cannot be started: error ", digits + at, L" of Windows\n");
  fail(path);
}

/* The child gets Ctrl-C from the console itself. */
static BOOL WINAPI ignore(DWORD event) { return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT; }

void entry(void) {
  STARTUPINFOW startup;
  PROCESS_INFORMATION child;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
  DWORD code = 127;
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  find_self();
  find_program();
  append(arguments());
  SetConsoleCtrlHandler(ignore, TRUE);

  /* The child ends with this process, but not the programs that the child leaves behind on purpose. */
  HANDLE job = CreateJobObjectW(NULL, NULL);
  for (DWORD at = 0; at < sizeof limits; at++) ((volatile char *)&limits)[at] = 0;
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);

  GetStartupInfoW(&startup);
  if (!CreateProcessW(program, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &child)) {
    fail_by(GetLastError());
  }
  AssignProcessToJobObject(job, child.hProcess);
  ResumeThread(child.hThread);
  WaitForSingleObject(child.hProcess, INFINITE);
  GetExitCodeProcess(child.hProcess, &code);
  ExitProcess(code);
}
