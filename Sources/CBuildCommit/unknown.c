#include "CBuildCommit.h"

// Of a program without BuildCommit, which replaces this one.
__attribute__((weak)) const char *lockstep_build_commit(void) { return "unknown"; }
