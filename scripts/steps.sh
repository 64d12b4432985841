# Sourced by image-check and newcomer: prints one line for each step and writes its output to
# $LOG; $failed becomes 1 when a step fails.
# shellcheck shell=bash disable=SC2034

failed=0

say() { printf '%s\n' "$*"; }

check() { # WORDS FUNCTION...: runs a step, and prints its result and seconds in one line
    local words=$1 start=$SECONDS code
    shift
    printf '\n== %s\n' "$words" >>"$LOG"
    set +e # inside an `if`, bash would continue after a failed command
    (set -euo pipefail; "$@") >>"$LOG" 2>&1
    code=$?
    set -e
    if [ "$code" -eq 0 ]; then
        say "ok $words ($((SECONDS - start)) s)"
    else
        say "FAILED $words ($((SECONDS - start)) s): $(tail -n 1 "$LOG")"
        failed=1
    fi
}

exits() { # CODE COMMAND...: fails unless the command ends with this exit code
    local expected=$1 code=0
    shift
    "$@" || code=$?
    [ "$code" -eq "$expected" ] || { say "exit $code instead of $expected"; return 1; }
}
