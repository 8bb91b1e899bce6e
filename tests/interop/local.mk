# Real tokens, zone signers, name servers and validators judge what kmgr does.
interop_tests = \
	tests/interop/10-chain.bats \
	tests/interop/20-tokens.bats

TESTS += $(interop_tests)
EXTRA_DIST += \
	$(interop_tests) \
	tests/interop/dns.bash
