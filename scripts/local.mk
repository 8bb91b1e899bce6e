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
	scripts/bench-life \
	scripts/bench-scale \
	scripts/bench-scale-sections \
	scripts/check \
	scripts/quickstart

# Hooks that hand over to zone signers: kmgr-recipes(7).
examplesdir = $(docdir)/examples
dist_examples_SCRIPTS = \
	scripts/examples/publish-bind.sh \
	scripts/examples/publish-nsd.sh

# What runs kmgr unattended. @hardening@ in a unit is scripts/systemd/hardening.conf.
service_in = \
	scripts/cron/kmgr.in \
	scripts/systemd/hardening.conf \
	scripts/systemd/kmgr-run.service.in \
	scripts/systemd/kmgr-watch.service.in
service_made = \
	scripts/cron/kmgr \
	scripts/systemd/kmgr-run.service \
	scripts/systemd/kmgr-watch.service
EXTRA_DIST += \
	$(service_in) \
	scripts/systemd/kmgr-run.timer \
	scripts/systemd/kmgr.sysusers
CLEANFILES += $(service_made)
noinst_DATA = $(service_made)
make_service = \
	$(MKDIR_P) $(@D) && \
	sed -e '/@hardening@/{' \
	    -e 'r $(srcdir)/scripts/systemd/hardening.conf' -e 'd' -e '}' $< | \
	sed -e 's,@bindir[@],$(bindir),' \
	    -e 's,@sysconfdir[@],$(sysconfdir),' >$@-t && mv $@-t $@
scripts/cron/kmgr: scripts/cron/kmgr.in Makefile
	$(AM_V_GEN)$(make_service)
scripts/systemd/kmgr-run.service: scripts/systemd/kmgr-run.service.in \
    scripts/systemd/hardening.conf Makefile
	$(AM_V_GEN)$(make_service)
scripts/systemd/kmgr-watch.service: scripts/systemd/kmgr-watch.service.in \
    scripts/systemd/hardening.conf Makefile
	$(AM_V_GEN)$(make_service)

if INSTALL_UNITS
unitdir = $(systemdsystemunitdir)
dist_unit_DATA = scripts/systemd/kmgr-run.timer
nodist_unit_DATA = \
	scripts/systemd/kmgr-run.service \
	scripts/systemd/kmgr-watch.service
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysusersdir)
	$(INSTALL_DATA) $(srcdir)/scripts/systemd/kmgr.sysusers \
	    $(DESTDIR)$(sysusersdir)/kmgr.conf
uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/kmgr.conf
endif
install-data-hook:
	$(MKDIR_P) $(DESTDIR)$(docdir)
	$(INSTALL_DATA) scripts/cron/kmgr $(DESTDIR)$(docdir)/kmgr.cron
uninstall-hook:
	rm -f $(DESTDIR)$(docdir)/kmgr.cron
print-unitdir:
	@echo $(systemdsystemunitdir)
.PHONY: print-unitdir
