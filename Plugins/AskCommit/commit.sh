#!/bin/sh
# commit.sh PACKAGE FILE: writes the commit of the checkout PACKAGE into the Swift file FILE, unless it
# stands there already. `+changes` follows where what is built differs from that commit; it is
# `unknown` where there is no git, or PACKAGE is no checkout of its own: the commit of a repository
# that only contains it says nothing about it.

# A hook of git hands on which repository it works on; here it is the package's own.
for name in $(git rev-parse --local-env-vars 2>/dev/null); do unset "$name"; done

commit=unknown
if [ -e "$1/.git" ] && head=$(git -C "$1" rev-parse --verify --quiet HEAD 2>/dev/null) &&
  changes=$(git -C "$1" --no-optional-locks status --porcelain -- Package.swift Plugins Sources \
    2>/dev/null); then
  commit=$head${changes:++changes}
fi

text="let commit: StaticString = \"$commit\""
[ "$(cat "$2" 2>/dev/null)" = "$text" ] || printf '%s\n' "$text" >"$2"
