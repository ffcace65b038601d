// A driver's library that answers as it was compiled: what a machine without a GPU needs to rehearse its failures.
//   cc -shared -fPIC -DVERSION=13000 -DINIT=803 -o libcuda.so.1 libcuda.c
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION 13000
#endif
#ifndef INIT
#define INIT 0
#endif
#ifndef COUNT
#define COUNT 1
#endif
#ifndef NAME
#define NAME "Fake GPU"
#endif
#ifndef MAJOR
#define MAJOR 9
#endif
#ifndef MINOR
#define MINOR 0
#endif
#ifndef MEMORY
#define MEMORY (80ull << 30)
#endif

int cuDriverGetVersion(int *version) {
  *version = VERSION;
  return 0;
}

int cuInit(unsigned flags) {
  (void)flags;
#ifdef HANG
  for (;;) {
    pause();
  }
#endif
  return INIT;
}

int cuDeviceGetCount(int *count) {
  *count = COUNT;
  return 0;
}

int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  return 0;
}

int cuDeviceGetName(char *name, int length, int device) {
  (void)device;
  strncpy(name, NAME, (size_t)length);
  return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  *value = attribute == 75 ? MAJOR : attribute == 76 ? MINOR : 0;
  return 0;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  (void)device;
  *bytes = MEMORY;
  return 0;
}
