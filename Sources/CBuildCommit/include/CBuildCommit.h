#pragma once

/// The commit that the program was built from, `+changes` behind it where the checkout had any; "unknown"
/// where nobody knows. It lives as long as the program.
///
/// The answer is found when a program is linked, by the target BuildCommit: what asks for it need not
/// be compiled anew with every commit.
const char *_Nonnull lockstep_build_commit(void);
