/*
 * For tests: looks at what lies in Windows' Credential Manager, and puts things there as other programs do.
 *
 *   outsider list                                one line for each credential: target, user, comment, persistence, size
 *   outsider read TARGET                         its secret, as UTF-8
 *   outsider write TARGET USER SECRET COMMENT    a credential like that of GCM, of wincred or of Python
 *   outsider delete TARGET
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>
#include <wincred.h>

static void print(const wchar_t *text, int units, const char *after) {
  char bytes[65536];
  int count = text == NULL || units == 0 ? 0 : WideCharToMultiByte(CP_UTF8, 0, text, units, bytes, sizeof bytes, NULL, NULL);
  fwrite(bytes, 1, count, stdout);
  fputs(after, stdout);
}

static void print_text(const wchar_t *text) { print(text, text == NULL ? 0 : (int)wcslen(text), "\t"); }

int wmain(int count, wchar_t **words) {
  if (count == 2 && wcscmp(words[1], L"list") == 0) {
    CREDENTIALW **all;
    DWORD found;
    if (!CredEnumerateW(NULL, 0, &found, &all)) return 0;
    for (DWORD at = 0; at < found; at++) {
      print_text(all[at]->TargetName);
      print_text(all[at]->UserName);
      print_text(all[at]->Comment);
      printf("%lu\t%lu\n", all[at]->Persist, all[at]->CredentialBlobSize);
    }
    return 0;
  }
  if (count == 3 && wcscmp(words[1], L"read") == 0) {
    CREDENTIALW *found;
    if (!CredReadW(words[2], CRED_TYPE_GENERIC, 0, &found)) return 1;
    print((wchar_t *)found->CredentialBlob, (int)found->CredentialBlobSize / 2, "");
    return 0;
  }
  if (count == 6 && wcscmp(words[1], L"write") == 0) {
    CREDENTIALW credential = {.Type = CRED_TYPE_GENERIC, .TargetName = words[2], .UserName = words[3]};
    credential.CredentialBlob = (BYTE *)words[4];
    credential.CredentialBlobSize = (DWORD)(wcslen(words[4]) * sizeof(wchar_t));
    credential.Comment = words[5];
    credential.Persist = CRED_PERSIST_ENTERPRISE;
    return CredWriteW(&credential, 0) ? 0 : 1;
  }
  if (count == 3 && wcscmp(words[1], L"delete") == 0) return CredDeleteW(words[2], CRED_TYPE_GENERIC, 0) ? 0 : 1;
  return 2;
}
