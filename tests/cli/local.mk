EXTRA_DIST += \
	tests/longest \
	tests/lib/common.bash \
	tests/lib/postgresql \
	tests/lib/postgresql.bash \
	tests/lib/life.bash \
	tests/lib/lsan.supp \
	tests/lib/run-bats \
	tests/lib/tmpdir \
	tests/lib/tokens.bash

# One step of what runs unattended.
check_PROGRAMS += tests/cli/service
tests_cli_service_LDADD = libservice.la

cli_tests = \
	tests/cli/00-source.bats \
	tests/cli/01-tokens.bats \
	tests/cli/02-install-deps.bats \
	tests/cli/10-usage.bats \
	tests/cli/12-dry-run.bats \
	tests/cli/20-setup.bats \
	tests/cli/22-postgresql.bats \
	tests/cli/23-machines.bats \
	tests/cli/30-cmk.bats \
	tests/cli/32-trust.bats \
	tests/cli/34-cmk-life.bats \
	tests/cli/36-two-roles.bats \
	tests/cli/38-approvals.bats \
	tests/cli/40-ksk.bats \
	tests/cli/42-endorsement.bats \
	tests/cli/44-ksk-end.bats \
	tests/cli/46-wrapped.bats \
	tests/cli/50-sign.bats \
	tests/cli/52-life.bats \
	tests/cli/53-many.bats \
	tests/cli/53-token-away.bats \
	tests/cli/54-hooks.bats \
	tests/cli/55-hook-order.bats \
	tests/cli/56-publish.bats \
	tests/cli/56-plan.bats \
	tests/cli/57-roll-group.bats \
	tests/cli/57-roll.bats \
	tests/cli/58-batch.bats \
	tests/cli/58-foreign.bats \
	tests/cli/58-pass.bats \
	tests/cli/59-claims.bats \
	tests/cli/59-loss.bats \
	tests/cli/59-run.bats \
	tests/cli/59-wildcard.bats \
	tests/cli/60-ds.bats \
	tests/cli/62-trust-anchor.bats \
	tests/cli/64-check.bats \
	tests/cli/65-metrics.bats \
	tests/cli/66-backup.bats \
	tests/cli/68-systemd.bats \
	tests/cli/70-verify.bats \
	tests/cli/80-docs.bats \
	tests/cli/82-events.bats \
	tests/cli/83-refusals.bats \
	tests/cli/84-restore.bats \
	tests/cli/86-recover.bats \
	tests/cli/90-show-ksr.bats \
	tests/cli/92-sign-ksr.bats \
	tests/cli/93-ksr-history.bats \
	tests/cli/93-ksr-rules.bats \
	tests/cli/94-make-ksr.bats \
	tests/cli/95-ksr-attacks.bats \
	tests/cli/96-check-ksr.bats \
	tests/cli/96-verify-skr.bats \
	tests/cli/98-admission.bats \
	tests/cli/98-cycles.bats \
	tests/cli/99-bench.bats

TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests)
