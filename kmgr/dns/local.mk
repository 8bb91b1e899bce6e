noinst_LTLIBRARIES += libdns.la
libdns_la_LIBADD = libbase.la $(LDNS_LIBS)
libdns_la_SOURCES = \
	kmgr/dns/alg.c \
	kmgr/dns/alg.h \
	kmgr/dns/dnskey.c \
	kmgr/dns/dnskey.h \
	kmgr/dns/ds.c \
	kmgr/dns/ds.h \
	kmgr/dns/epp.c \
	kmgr/dns/epp.h \
	kmgr/dns/ksr.c \
	kmgr/dns/ksr.h \
	kmgr/dns/lexer.c \
	kmgr/dns/lexer.h \
	kmgr/dns/message.c \
	kmgr/dns/message.h \
	kmgr/dns/message_read.c \
	kmgr/dns/name.c \
	kmgr/dns/name.h \
	kmgr/dns/rdata.c \
	kmgr/dns/rdata.h \
	kmgr/dns/resolve.c \
	kmgr/dns/resolve.h \
	kmgr/dns/resolve_chain.c \
	kmgr/dns/resolve_chain.h \
	kmgr/dns/resolve_find.c \
	kmgr/dns/resolve_find.h \
	kmgr/dns/resolve_primary.c \
	kmgr/dns/resolve_primary.h \
	kmgr/dns/resolve_request.c \
	kmgr/dns/resolve_request.h \
	kmgr/dns/resolve_socket.c \
	kmgr/dns/resolve_socket.h \
	kmgr/dns/resolve_transfer.c \
	kmgr/dns/rrset.c \
	kmgr/dns/rrset.h \
	kmgr/dns/rrsig.c \
	kmgr/dns/rrsig.h \
	kmgr/dns/trust_anchor.c \
	kmgr/dns/trust_anchor.h \
	kmgr/dns/tsig.c \
	kmgr/dns/tsig.h \
	kmgr/dns/zonefile.c \
	kmgr/dns/zonefile.h
