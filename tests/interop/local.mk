# Real tokens, zone signers, name servers and validators judge what kmgr does.
interop_tests = \
	tests/interop/10-chain.bats \
	tests/interop/20-tokens.bats \
	tests/interop/32-ksr-text.bats \
	tests/interop/34-skr.bats \
	tests/interop/36-rolls.bats \
	tests/interop/37-join.bats \
	tests/interop/38-recipes.bats \
	tests/interop/39-coming.bats \
	tests/interop/40-parent.bats \
	tests/interop/42-primary.bats

TESTS += $(interop_tests)
EXTRA_DIST += \
	$(interop_tests) \
	tests/interop/dns.bash \
	tests/interop/knot.bash \
	tests/interop/rolls.bash

check_PROGRAMS += \
	tests/interop/ksr_again \
	tests/interop/peer
tests_interop_ksr_again_LDADD = libksr.la
tests_interop_peer_LDADD = libservice.la
