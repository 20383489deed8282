// Counts how often the calling thread has asked for memory.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>

// False in a build with a sanitizer, which has an allocator of its own, and in one that is not optimised,
// which allocates where optimised code does not.
bool allocation_counter_is_on(void);

// How many pieces of memory the calling thread has asked for so far.
long allocation_count(void);

#endif
