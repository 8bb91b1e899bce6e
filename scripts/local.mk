# Rules of style that a program can check: part of make check by way of
# tests/cli/00-source.bats.
EXTRA_DIST += \
	scripts/check-layers \
	scripts/check-size \
	scripts/install-deps
