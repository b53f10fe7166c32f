// A PKCS#11 module that passes everything on to the one named by SLOW_TOKEN_MODULE. While the file SLOW_TOKEN_FLAG exists its
// signatures are refused ("refuse" in it), come late (milliseconds in it), or do not come before the file is gone ("hang").
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CK_FUNCTION_LIST passed;
static CK_RV (*real_sign)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR);

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR signature, CK_ULONG_PTR length) {
  const char *flag = getenv("SLOW_TOKEN_FLAG");
  char said[32] = "";
  const int file = flag ? open(flag, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0) {
    if (read(file, said, sizeof said - 1) < 0) said[0] = 0;
    close(file);
  }
  if (strncmp(said, "refuse", 6) == 0) return CKR_DEVICE_REMOVED;
  while (strncmp(said, "hang", 4) == 0 && access(flag, F_OK) == 0) usleep(10000);
  if (said[0] >= '0' && said[0] <= '9') usleep(1000 * atoi(said));
  return real_sign(session, data, size, signature, length);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  void *module = dlopen(getenv("SLOW_TOKEN_MODULE"), RTLD_NOW | RTLD_LOCAL);
  CK_RV (*get)(CK_FUNCTION_LIST_PTR_PTR) = module ? (CK_RV(*)(CK_FUNCTION_LIST_PTR_PTR))dlsym(module, "C_GetFunctionList") : NULL;
  CK_FUNCTION_LIST_PTR real = NULL;
  if (!get || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  if (!real_sign) {
    passed = *real;
    real_sign = real->C_Sign;
    passed.C_Sign = sign;
  }
  *list = &passed;
  return CKR_OK;
}
