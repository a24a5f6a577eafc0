#!/bin/sh
# tests/fuzz/explore.sh SECONDS CLANG FUZZ_SOURCE...: libFuzzer for a while on each target.
#
# New inputs go to build/fuzz, not to the corpus: what is worth keeping is moved by hand.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1 clang=$2
shift 2
out=build/fuzz
mkdir -p "$out"
sources=$(find common -name '*.c' -not -path 'common/tools/*')

for source in "$@"; do
	name=$(basename "$source" .c)
	target=${name#fuzz_}
	mkdir -p "$out/corpus/$target"
	# shellcheck disable=SC2086 # lists of flags and files
	eval "$clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$FUZZ_FLAGS -o $out/$name $source" $sources pam_iam/options.c "$FUZZ_LIBRARIES"
	echo "== $target, $seconds s"
	"$out/$name" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$out/" \
		"$out/corpus/$target" "tests/fuzz/corpus/$target"
done
