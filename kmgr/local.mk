bin_PROGRAMS += kmgr/kmgr
kmgr_kmgr_SOURCES = kmgr/main.c
kmgr_kmgr_LDADD = libcmd.la
# For each name that a library uses, the loader looks through all of them in
# their order: most of the names are libcrypto's. libtool moves it behind the
# libraries that need it, but for what is the linker's alone.
kmgr_kmgr_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--push-state,--no-as-needed,-lcrypto,--pop-state
dist_man_MANS += \
	kmgr/kmgr-recipes.7 \
	kmgr/kmgr-scale.7 \
	kmgr/kmgr-security.7 \
	kmgr/kmgr.1

bashcomp_DATA = kmgr/completion/kmgr
EXTRA_DIST += $(bashcomp_DATA)

# The policy file with every key, its default and what it means.
dist_doc_DATA = policy/example.yaml
