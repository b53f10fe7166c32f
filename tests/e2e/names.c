// Names whose addresses turn, to be preloaded: the file HAECHI_NAMES, lines of a host and an address, is read at each question.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
  int (*ask)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  char name[256], address[64];
  int known = 0;
  FILE *file = host == NULL ? NULL : fopen(getenv("HAECHI_NAMES"), "r");
  while (file != NULL && !known && fscanf(file, "%255s %63s", name, address) == 2) known = strcmp(name, host) == 0;
  if (file != NULL) fclose(file);
  if (!known) return ask(host, service, hints, out);
  struct addrinfo wanted = {0};
  if (hints != NULL) wanted = *hints;
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_flags = AI_NUMERICHOST;
  return ask(address, service, &wanted, out);
}
