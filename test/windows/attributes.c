/*
 * For a test: that a credential which is written again or copied keeps what Windows keeps beside its secret, and that
 * nothing is written over what cannot be read. Wine drops attributes, so the calls of Windows are stand-ins here, and
 * credentials.c is the real one.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602
#include <stdio.h>
#include <windows.h>
#include <wincred.h>

static CREDENTIAL_ATTRIBUTEW kept = {L"label", 0, 3, (BYTE *)"abc"};
static CREDENTIALW before = {
  .Type = CRED_TYPE_GENERIC, .Persist = CRED_PERSIST_ENTERPRISE, .AttributeCount = 1, .Attributes = &kept
};

static BOOL WINAPI read_before(const wchar_t *target, DWORD type, DWORD flags, CREDENTIALW **out) {
  (void)type, (void)flags;
  *out = &before;
  SetLastError(lstrcmpW(target, L"unreadable") == 0 ? ERROR_ACCESS_DENIED : ERROR_NOT_FOUND);
  return lstrcmpW(target, L"there") == 0;
}

static BOOL WINAPI write_down(CREDENTIALW *written, DWORD flags) {
  (void)flags;
  BOOL same = written->AttributeCount == 1 && written->Attributes == &kept;
  fprintf(stderr, "%ls: type %lu, persistence %lu, attributes %lu%s\n", written->TargetName, written->Type,
          written->Persist, written->AttributeCount, same ? ", the former ones" : "");
  return TRUE;
}

static void WINAPI let_go(void *given) { (void)given; }

#define CredReadW read_before
#define CredWriteW write_down
#define CredFree let_go
#define CredEnumerateW(filter, flags, count, all) ((void)(all), (void)(count), FALSE)
#define CredDeleteW(target, type, flags) ((void)(target), FALSE)
#include "../../packaging/windows/credentials.c"

int main(void) {
  entry();
  return 0;
}
