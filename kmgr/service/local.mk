# What runs unattended: where ZSK sets come from and signed sets go to, what
# the parent serves, who is told, how a zone does.
noinst_LTLIBRARIES += libservice.la
libservice_la_LIBADD = libengine.la
libservice_la_SOURCES = \
	kmgr/service/health.c \
	kmgr/service/health.h \
	kmgr/service/health_child.c \
	kmgr/service/health_facts.c \
	kmgr/service/health_facts.h \
	kmgr/service/health_inner.h \
	kmgr/service/health_key.c \
	kmgr/service/health_limits.c \
	kmgr/service/health_limits.h \
	kmgr/service/health_net.c \
	kmgr/service/health_net.h \
	kmgr/service/health_parent.c \
	kmgr/service/health_records.c \
	kmgr/service/health_released.c \
	kmgr/service/health_run.c \
	kmgr/service/health_run.h \
	kmgr/service/health_seen.c \
	kmgr/service/health_store.c \
	kmgr/service/health_trial.c \
	kmgr/service/health_trial.h \
	kmgr/service/hook.c \
	kmgr/service/hook.h \
	kmgr/service/metrics.c \
	kmgr/service/metrics.h \
	kmgr/service/parent.c \
	kmgr/service/parent.h \
	kmgr/service/parent_json.c \
	kmgr/service/parent_judge.c \
	kmgr/service/peer.c \
	kmgr/service/peer.h \
	kmgr/service/publish.c \
	kmgr/service/publish.h \
	kmgr/service/publish_files.c \
	kmgr/service/publish_files.h \
	kmgr/service/publish_sets.c \
	kmgr/service/publish_sets.h \
	kmgr/service/run.c \
	kmgr/service/run.h \
	kmgr/service/run_advance.c \
	kmgr/service/run_batch.c \
	kmgr/service/run_claim.c \
	kmgr/service/run_claim.h \
	kmgr/service/run_hooks.c \
	kmgr/service/run_inner.h \
	kmgr/service/run_late.c \
	kmgr/service/run_make.c \
	kmgr/service/run_parent.c \
	kmgr/service/run_publish.c \
	kmgr/service/run_records.c \
	kmgr/service/run_schedule.c \
	kmgr/service/run_settings.c \
	kmgr/service/run_settings.h \
	kmgr/service/run_sign.c \
	kmgr/service/run_signer.c \
	kmgr/service/run_step.c \
	kmgr/service/run_update.c \
	kmgr/service/run_workers.c \
	kmgr/service/run_workers.h \
	kmgr/service/run_zone.c \
	kmgr/service/run_zone.h \
	kmgr/service/run_zones.c \
	kmgr/service/source.c \
	kmgr/service/source.h
