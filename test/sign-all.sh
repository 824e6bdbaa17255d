#!/bin/sh
# Signs tokens for the regression tests: reads lines of a number and the arguments
# of "helpcenterd sign" in base64, and prints each number with its token.
while read -r number arguments
do
	arguments=$(printf %s "$arguments" | base64 -d)
	printf '%s\t%s\n' "$number" "$(eval "$HELPCENTERD sign $arguments")"
done
