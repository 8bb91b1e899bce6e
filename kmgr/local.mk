bin_PROGRAMS += kmgr/kmgr
kmgr_kmgr_SOURCES = kmgr/main.c
kmgr_kmgr_LDADD = libcmd.la
dist_man_MANS += \
	kmgr/kmgr-recipes.7 \
	kmgr/kmgr-scale.7 \
	kmgr/kmgr-security.7 \
	kmgr/kmgr.1

bashcomp_DATA = kmgr/completion/kmgr
EXTRA_DIST += $(bashcomp_DATA)

# The policy file with every key, its default and what it means.
dist_doc_DATA = policy/example.yaml
