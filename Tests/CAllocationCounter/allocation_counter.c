#include "allocation_counter.h"

#include <errno.h>
#include <stddef.h>

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) \
    || __has_feature(memory_sanitizer) || !defined(__OPTIMIZE__)

bool allocation_counter_is_on(void) { return false; }
long allocation_count(void) { return 0; }

#else

// The C library's own allocator, under the names that it keeps for this purpose. What it gives is
// freed by its own `free`, which need not be counted.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local long count;

bool allocation_counter_is_on(void) { return true; }
long allocation_count(void) { return count; }

void *malloc(size_t size) {
  count++;
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count++;
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  count++;
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count++;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  count++;
  *memory = __libc_memalign(alignment, size);
  return *memory != NULL || size == 0 ? 0 : ENOMEM;
}

#endif
