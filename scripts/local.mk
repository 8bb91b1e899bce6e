# Rules of style that a program can check: part of make check by way of
# tests/cli/00-source.bats.
EXTRA_DIST += \
	scripts/check-layers \
	scripts/check-size \
	scripts/install-deps

# Run by hand, or by continuous integration.
EXTRA_DIST += \
	.ci/run \
	scripts/bench \
	scripts/bench-common \
	scripts/bench-ksr \
	scripts/check \
	scripts/quickstart
