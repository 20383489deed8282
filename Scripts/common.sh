# Sourced by the other scripts: the project's root, messages, and checks that are counted.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
# One file a check: its outcome, and for a test run the report that `swift test` wrote.
results=$root/.build/test-results

# Optimised, and the tests may still look inside.
release_tests=(-c release -Xswiftc -enable-testing --scratch-path .build/release-tests)

heading() { printf '\n== %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# toolchain_tool NAME: the tool that came with the Swift in use, or what PATH offers.
toolchain_tool() {
  local beside
  beside=$(dirname "$(readlink -f "$(command -v swift)")")/$1
  if [ -x "$beside" ]; then echo "$beside"; else command -v "$1"; fi
}

# run_check NAME COMMAND...: runs it and keeps its status. A failure is remembered, not fatal, so
# that one run shows all that is broken.
run_check() {
  local name=$1 status=0
  shift
  mkdir -p "$results"
  rm -f "$results/$name".status "$results/$name"*.xml
  "$@" || status=$?
  echo "$status" >"$results/$name.status"
}

# run_tests NAME ARGUMENT...: one counted `swift test`.
run_tests() {
  local name=$1
  shift
  run_check "$name" swift test --xunit-output "$results/$name.xml" "$@"
}

# failed_tests REPORT: the tests that failed, one a line, each with its first failure: the summary may be
# all that is kept of a run.
failed_tests() {
  awk '
    /<testcase/ {
      test = $0; told = 0
      sub(/.*classname="/, "", test); sub(/" name="/, "/", test); sub(/" time=".*/, "", test)
    }
    /<failure/ && !told {
      told = 1
      sub(/.*message="/, ""); sub(/" *\/>.*/, "")
      print test ": " $0
    }' "$1" |
    sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#8594;/->/g; s/&amp;/\&/g'
}

# failures_of NAME: what failed in a check; nothing where all is well.
failures_of() {
  local status report=$results/$1-swift-testing.xml
  status=$(cat "$results/$1.status")
  if [ ! -e "$results/$1.xml" ] && [ ! -e "$report" ]; then
    [ "$status" -eq 0 ] || echo "$1: status $status"
  elif ! grep -q '<testcase' "$report"; then
    echo "$1: the run broke off, or selected no test; status $status"
  else
    local failed
    failed=$(failed_tests "$report")
    [ "$status" -eq 0 ] || echo "${failed:-$1: status $status}"
  fi
}

# Prints what failed in all checks so far, then the sum over them: "N passed, N failed".
# Succeeds if nothing failed.
summarise() {
  local passed=0 failed=0 skipped=0 file
  heading "summary"
  for file in "$results"/*.status; do
    local name failures cases=1 skips=0 broken=0
    name=$(basename "$file" .status)
    failures=$(failures_of "$name")
    [ -z "$failures" ] || broken=$(wc -l <<<"$failures")
    local report=$results/$name-swift-testing.xml
    if [ -e "$report" ]; then
      cases=$(grep -c '<testcase' "$report" || true)
      skips=$(grep -c '<skipped' "$report" || true)
    fi
    local good=$((cases > skips + broken ? cases - skips - broken : 0))
    printf '%-20s %5d passed, %d failed, %d skipped\n' "$name" "$good" "$broken" "$skips"
    [ -z "$failures" ] || sed 's/^/  failed: /' <<<"$failures"
    passed=$((passed + good)) failed=$((failed + broken)) skipped=$((skipped + skips))
  done
  [ "$skipped" -eq 0 ] || echo "Skipped are tests whose data is absent; each says so above."
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# Reports of data races end the run as failures.
sanitizer_tests=(--sanitize=thread --filter Concurrency --scratch-path .build/tsan)

# The executables of the Fuzz package, one a folder.
fuzz_drivers() { ls Fuzz/Sources; }

# python_environment NAME MODULES REQUIREMENTS: makes a Python environment in .build that has the
# modules, from a list in Scripts/reference, unless it is there, and prints the path of its
# interpreter. Exits 1, saying why, where that cannot be done.
python_environment() {
  local environment=$root/.build/$1 modules=$2 requirements=Scripts/reference/$3
  local python=$environment/bin/python
  if ! "$python" -c "import $modules" 2>/dev/null; then
    python3 -m venv "$environment" >&2 ||
      fail "python3 cannot make an environment: install python3-venv"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2 ||
      fail "what $requirements lists cannot be installed"
  fi
  echo "$python"
}

# source_files EXTENSION...: the project's own files with these extensions.
source_files() {
  local extension
  for extension; do
    find . -path '*/.build' -prune -o -path './.git' -prune -o -name "*.$extension" -type f -print
  done | sort
}
