/*
 * Windows' Credential Manager for credbridge. A request is a verb and its fields, a reply an error code of Windows and
 * its fields on one line. A field is its length in bytes and its bytes, all as hexadecimal digits. Any number of requests
 * come on standard input; each reply is written before the next request is read. Texts are UTF-16.
 *
 *   l                                    every generic credential but its secret: target, user, comment
 *   r target                             target, user, comment, secret
 *   w target user comment secret         writes it; one that is there keeps its attributes and its persistence
 *   c target other                       writes it under the other target, too, with all that it has
 *   d target                             removes it
 *   q                                    ends this program, whether the input has ended or not
 *
 * It links kernel32 and advapi32 only, which Windows always loads from System32.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602
#include <windows.h>
#include <wincred.h>

#define MOST 65536
#define MOST_FIELDS 4

struct field {
  DWORD size;
  BYTE bytes[MOST + 2];
};

static struct field fields[MOST_FIELDS];
static BYTE out[4096], in[4096];
static DWORD out_size, in_size, in_at;

static void flush(void) {
  HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
  for (DWORD at = 0, count; at < out_size; at += count) {
    if (!WriteFile(output, out + at, out_size - at, &count, NULL)) ExitProcess(2);
  }
  out_size = 0;
}

static void put(BYTE byte) {
  static const char digits[] = "0123456789abcdef";
  if (out_size + 3 > sizeof out) flush();
  out[out_size++] = digits[byte >> 4];
  out[out_size++] = digits[byte & 15];
}

static void put_number(DWORD number) {
  for (int shift = 24; shift >= 0; shift -= 8) put((BYTE)(number >> shift));
}

static void put_field(const void *bytes, DWORD size) {
  put_number(size);
  for (DWORD at = 0; at < size; at++) put(((const BYTE *)bytes)[at]);
}

static void put_text(const wchar_t *text) {
  put_field(text == NULL ? L"" : text, text == NULL ? 0 : lstrlenW(text) * sizeof(wchar_t));
}

/* The next byte of standard input; -1 at its end. */
static int next(void) {
  if (in_at == in_size) {
    in_at = 0;
    if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), in, sizeof in, &in_size, NULL)) in_size = 0;
    if (in_size == 0) return -1;
  }
  return in[in_at++];
}

static DWORD take_digit(void) {
  int digit = next();
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  ExitProcess(2);
}

/* Reads the fields of a request. Each is followed by a NUL, so that it is also a text. */
static void take_fields(int count) {
  for (int at = 0; at < count; at++) {
    struct field *field = &fields[at];
    field->size = 0;
    for (int digit = 0; digit < 8; digit++) field->size = field->size << 4 | take_digit();
    if (field->size > MOST) ExitProcess(2);
    for (DWORD byte = 0; byte < field->size; byte++) {
      DWORD high = take_digit();
      field->bytes[byte] = (BYTE)(high << 4 | take_digit());
    }
    field->bytes[field->size] = field->bytes[field->size + 1] = 0;
  }
}

/*
 * Whether the failed call is made again, for at most two seconds. Seen under Wine, whose credentials are keys of the
 * registry: while another process writes or removes one, CredEnumerate finds a key that is not complete (error 2) or no
 * longer there (1018).
 */
static BOOL again(DWORD began) {
  DWORD error = GetLastError();
  if (error != ERROR_FILE_NOT_FOUND && error != ERROR_KEY_DELETED) return FALSE;
  if (GetTickCount() - began >= 2000) return FALSE;
  Sleep(10);
  return TRUE;
}

static wchar_t *text(int field) { return (wchar_t *)fields[field].bytes; }

static void list(void) {
  CREDENTIALW **all = NULL;
  DWORD count = 0;
  DWORD began = GetTickCount();
  BOOL found;
  do found = CredEnumerateW(NULL, 0, &count, &all);
  while (!found && again(began));
  DWORD error = found ? 0 : GetLastError();
  put_number(error == ERROR_NOT_FOUND ? 0 : error);
  for (DWORD at = 0; found && at < count; at++) {
    if (all[at]->Type != CRED_TYPE_GENERIC) continue;
    put_text(all[at]->TargetName);
    put_text(all[at]->UserName);
    put_text(all[at]->Comment);
  }
  if (found) CredFree(all);
}

static BOOL find(CREDENTIALW **found) {
  DWORD began = GetTickCount();
  for (;;) {
    if (CredReadW(text(0), CRED_TYPE_GENERIC, 0, found)) return TRUE;
    if (!again(began)) return FALSE;
  }
}

static void read(void) {
  CREDENTIALW *found = NULL;
  if (!find(&found)) {
    put_number(GetLastError());
    return;
  }
  put_number(0);
  put_text(found->TargetName);
  put_text(found->UserName);
  put_text(found->Comment);
  put_field(found->CredentialBlob, found->CredentialBlobSize);
  CredFree(found);
}

static void write(void) {
  CREDENTIALW *before = NULL, blank = {0}, credential = {0};
  if (!find(&before)) {
    DWORD error = GetLastError();
    if (error != ERROR_NOT_FOUND) {
      put_number(error);
      return;
    }
    before = &blank;
  }
  credential.Type = CRED_TYPE_GENERIC;
  credential.TargetName = text(0);
  credential.UserName = text(1);
  credential.Comment = text(2);
  credential.CredentialBlob = fields[3].bytes;
  credential.CredentialBlobSize = fields[3].size;
  credential.Persist = before == &blank ? CRED_PERSIST_LOCAL_MACHINE : before->Persist;
  credential.AttributeCount = before->AttributeCount;
  credential.Attributes = before->Attributes;
  credential.TargetAlias = before->TargetAlias;
  put_number(CredWriteW(&credential, 0) ? 0 : GetLastError());
  if (before != &blank) CredFree(before);
}

static void copy(void) {
  CREDENTIALW *found = NULL;
  if (!find(&found)) {
    put_number(GetLastError());
    return;
  }
  CREDENTIALW credential = *found;
  credential.Flags = 0;
  credential.TargetName = text(1);
  put_number(CredWriteW(&credential, 0) ? 0 : GetLastError());
  CredFree(found);
}

static void erase(void) { put_number(CredDeleteW(text(0), CRED_TYPE_GENERIC, 0) ? 0 : GetLastError()); }

/* No debugger and no dump, which would hold secrets. credbridge asks again. */
static LONG WINAPI end_at_once(EXCEPTION_POINTERS *crash) {
  (void)crash;
  TerminateProcess(GetCurrentProcess(), 3);
  return EXCEPTION_EXECUTE_HANDLER;
}

/*
 * One request at a time of all our processes: a write reads first what it keeps, and Wine's CredEnumerate writes beyond
 * its memory if an item is added meanwhile. A turn takes milliseconds. Who waits for one for 8 s goes on without it,
 * because its own caller gives up after 10.
 */
static void take_turn(HANDLE turn) { WaitForSingleObject(turn, 8000); }

void entry(void) {
  SetUnhandledExceptionFilter(end_at_once);
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  HANDLE turn = CreateMutexW(NULL, FALSE, L"Local\\credbridge-credentials");
  for (int verb = next(); verb != -1 && verb != 'q'; verb = next()) {
    take_fields(verb == 'w' ? 4 : verb == 'c' ? 2 : verb == 'l' ? 0 : 1);
    take_turn(turn);
    if (verb == 'l') list();
    else if (verb == 'r') read();
    else if (verb == 'w') write();
    else if (verb == 'c') copy();
    else if (verb == 'd') erase();
    else ExitProcess(2);
    ReleaseMutex(turn);
    out[out_size++] = '\n';
    flush();
  }
  SecureZeroMemory(fields, sizeof fields);
  ExitProcess(0);
}
