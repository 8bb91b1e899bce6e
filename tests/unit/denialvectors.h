/*
 * The zone example. with the delegations b, which has no DS, and c, which has
 * one: its records that deny, each before its RRSIG, as ldns-signzone -n wrote
 * them, valid from 2020 to 2036.
 */
#ifndef TESTS_UNIT_DENIALVECTORS_H
#define TESTS_UNIT_DENIALVECTORS_H

static const char denial_key[] =
	"example. 3600 IN DNSKEY 256 3 15 KqjdEyZG1QtudnUcO47+HUE3PGjIu"
	"iC6CdT3+seK9/c=";

/* NSEC. */
static const char *const denial_nsec[] = {
	"example. 300 IN NSEC b.example. NS SOA RRSIG NSEC DNSKEY",
	"example. 300 IN RRSIG NSEC 15 1 300 20370101000000 20200101000"
	    "000 19650 example. iei1lTpFsmjCmpXu0zKlEdnCuVZLjzXg/1fzZVWV2MQ"
	    "WWLYs363RaOEp/HjC2s2OFa90arBYJP/Q+yMupbedBg==",
	"b.example. 300 IN NSEC c.example. NS RRSIG NSEC",
	"b.example. 300 IN RRSIG NSEC 15 2 300 20370101000000 202001010"
	    "00000 19650 example. ZU56Rs0bWwCdQzjE5xOoEfdXLMsIfiQoGm7KOgSfx"
	    "ZX51+HnJhdIJm6Wpp2DopVX1K5wcPxjDe0LeUAs9O6eBw==",
	"c.example. 300 IN NSEC ns.example. NS DS RRSIG NSEC",
	"c.example. 300 IN RRSIG NSEC 15 2 300 20370101000000 202001010"
	    "00000 19650 example. ndUZREG6pusUnaznq7JLUZ5+ofthAwildyc4oDaI5"
	    "fBmp9BHH8QunamptyoqIvJa0l3EcvL2EUJCSnRUDGzjAg==",
	"ns.example. 300 IN NSEC example. A RRSIG NSEC",
	"ns.example. 300 IN RRSIG NSEC 15 2 300 20370101000000 20200101"
	    "000000 19650 example. ttHwlxAjHM9Iil59zkT4d9RQGo5kSArxa3uU5Cf8"
	    "ZOY8zjwf0fYKQ5rNaf87smb8RWtu5JBdPhY9HWV5UJXxDg==",
};

/* NSEC3, salt and one iteration. */
static const char *const denial_nsec3[] = {
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN NSEC3 1 0 1 a"
	    "abb ii5l7j00efg5q42c6fc78s68sq98eod4 NS SOA RRSIG DNSKEY NSEC3"
	    "PARAM",
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. jZz6ZRQSn"
	    "SJoxG1nO2MngoryHrbjLgRh4JtVmhoGKjiKi+LJ3RbOkQVgopUtZbZHUH9fx9V"
	    "+fBgwN0RGY7rmCA==",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN NSEC3 1 0 1 a"
	    "abb uemume665360onhfg8sd3cqfoquqs6tg NS",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. MnEPOZ0t2"
	    "eerYvRod9+Ug7OTU0BV0Kpn7JyoMTCQoEgIuhWSg6F+tRT/f/70mhHRaW/ksbs"
	    "Ai0uI52D4Fjn+BQ==",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN NSEC3 1 0 1 a"
	    "abb vjmric046jqethgiluiufm7iv8nssuv5 NS DS RRSIG",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. 3CwFvftld"
	    "2Qw62z+obEKL9MgXerxg7l7qkN3RHA8i1+QzTYnmKJIZlfR3QkMQg0CY3Y/zMW"
	    "ft+h7cnoqD+FqBw==",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN NSEC3 1 0 1 a"
	    "abb de6vp3oqb4tbif48j4p3uvvsi1p8a34b A RRSIG",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. fPDakDAYx"
	    "x/M9QUIp9JmGLFrcXbcMV8AoO5emwZNL31yXTzTc4ivOjCInyW5loUrJiRaUJx"
	    "sQosKhrTXsA+QBw==",
};

/* Opt-out (-p). */
static const char *const denial_opt_out[] = {
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN NSEC3 1 1 1 a"
	    "abb ii5l7j00efg5q42c6fc78s68sq98eod4 NS SOA RRSIG DNSKEY NSEC3"
	    "PARAM",
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. Djs4oMBhQ"
	    "+4fs0zn3D3sTSm/bVhnsPirZmjPl4ctK11a6fKyMU1il4zIrxYeBvy5kmo34yL"
	    "7cT80siL62ngIAA==",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN NSEC3 1 1 1 a"
	    "abb uemume665360onhfg8sd3cqfoquqs6tg NS",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. ZD1xsRhWw"
	    "JVLgFkkJtXgvloIc78okBcs9nwu/opACNGh0BX2Dc8NWU57Xfn3YnDtO3e+ehp"
	    "6Yl0Et7+tXiBpAw==",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN NSEC3 1 1 1 a"
	    "abb vjmric046jqethgiluiufm7iv8nssuv5 NS DS RRSIG",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. NDBg5c8lq"
	    "m/KuMZtqV9IHoPAYSAunDRUFUx/4IS11wnAozcOcjzuWvbL+EwjMLjrVlX9vtl"
	    "OOao9Tg68USexBw==",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN NSEC3 1 1 1 a"
	    "abb de6vp3oqb4tbif48j4p3uvvsi1p8a34b A RRSIG",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. NWvZREzvb"
	    "2cjhWmJrHPVnHzaajs4CICRSilUJ9sTnlR01VUspQcDLTUBS3j5RVlZJyJaJi5"
	    "RL03Nr0k9Xb0BCA==",
};

/* 101 iterations. */
static const char *const denial_costly[] = {
	"fpo1lv95qen46neq00u2eeb96r1b2vjh.example. 300 IN NSEC3 1 0 101"
	    " aabb 48v73363jbr3272kua5e3pt4hn29in1l NS SOA RRSIG DNSKEY NSE"
	    "C3PARAM",
	"fpo1lv95qen46neq00u2eeb96r1b2vjh.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. E/hmmmaQz"
	    "H04EfC88kbjcxReYui8OsEZzDkBgKkN+bNIfDMFOnCP+xFaAuIvk3kUj0OOIWw"
	    "0qC/M1U6V6bgjBg==",
	"4f8tht640dbqbt4v6pgqgrvopdnl29cl.example. 300 IN NSEC3 1 0 101"
	    " aabb 881i8l07fr7oulo73o4mu4k2akiglmq9 NS",
	"4f8tht640dbqbt4v6pgqgrvopdnl29cl.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. aK1epCCLW"
	    "1SBxBd2M4jFCW+sP0tBJhgDljLOmlLQ3lEdHw1K7NMYKM4bstd644QF7AYMukO"
	    "jfsrFe+gOK4sDCg==",
	"881i8l07fr7oulo73o4mu4k2akiglmq9.example. 300 IN NSEC3 1 0 101"
	    " aabb fpo1lv95qen46neq00u2eeb96r1b2vjh NS DS RRSIG",
	"881i8l07fr7oulo73o4mu4k2akiglmq9.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. 1jkuTsbeD"
	    "ftMb6iLIte5CBmeXgwaqeGBl6WcRWeeWv1Oql/MIm300iOMcuoYW/EYzgXqdWp"
	    "wPwT5trOEMh/iCA==",
	"48v73363jbr3272kua5e3pt4hn29in1l.example. 300 IN NSEC3 1 0 101"
	    " aabb 4f8tht640dbqbt4v6pgqgrvopdnl29cl A RRSIG",
	"48v73363jbr3272kua5e3pt4hn29in1l.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20370101000000 20200101000000 19650 example. pH4+JbrJx"
	    "FQZHS5EswOtVAnsi0Mu21qJjKV8bfEjbyTjAH7Y1afjAxRMVunfW/fTdZ80zdL"
	    "ArQHkdkIaw/uFDg==",
};

/* Good in January 2020 only. */
static const char *const denial_expired[] = {
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN NSEC3 1 0 1 a"
	    "abb ii5l7j00efg5q42c6fc78s68sq98eod4 NS SOA RRSIG DNSKEY NSEC3"
	    "PARAM",
	"de6vp3oqb4tbif48j4p3uvvsi1p8a34b.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20200201000000 20200101000000 19650 example. PZTCkFMQx"
	    "T4qmQQEt/SP/rx+B2Y+aI/h1PsSzOCJ6xBhM/3CeykvVl4P52cfItHvQbHQm3o"
	    "P0Gf5WcPj4IEZDg==",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN NSEC3 1 0 1 a"
	    "abb uemume665360onhfg8sd3cqfoquqs6tg NS",
	"ii5l7j00efg5q42c6fc78s68sq98eod4.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20200201000000 20200101000000 19650 example. 6SfLI6ZVZ"
	    "Yt5evmmEmV62KcR9uobryAtZEFHHPSKg65kJgRF5kIjqPtyTi8S4svsAeqd+0I"
	    "23eKCsKRvGm28DA==",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN NSEC3 1 0 1 a"
	    "abb vjmric046jqethgiluiufm7iv8nssuv5 NS DS RRSIG",
	"uemume665360onhfg8sd3cqfoquqs6tg.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20200201000000 20200101000000 19650 example. dfk7kyqN+"
	    "zgfmVC4LHdqFwkDxkW4USM09gM2DNtGC54loPMMwjJXJ+wgUneX/XiZ+uQH9i8"
	    "DSXZfT00gT1KBAQ==",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN NSEC3 1 0 1 a"
	    "abb de6vp3oqb4tbif48j4p3uvvsi1p8a34b A RRSIG",
	"vjmric046jqethgiluiufm7iv8nssuv5.example. 300 IN RRSIG NSEC3 1"
	    "5 2 300 20200201000000 20200101000000 19650 example. hmHGPI4VV"
	    "tW5UN08GFrOPDw77zn25l/EklmG6LORUJPTXZ9WEMGBHjlhOlXddpmxwUF8rMF"
	    "gpvnfh7vPCA01Bw==",
};

/* Of the zone test., by the same key. */
static const char *const denial_other[] = {
	"sl7gph567so926kn4q7of4s9t1186kc0.test. 300 IN NSEC3 1 0 1 aabb"
	    " tl6s1hajgpttsei21gak0qar5528l18v NS SOA RRSIG DNSKEY NSEC3PAR"
	    "AM",
	"sl7gph567so926kn4q7of4s9t1186kc0.test. 300 IN RRSIG NSEC3 15 2"
	    " 300 20370101000000 20200101000000 19650 test. 9O/A4QTdCCVtscj"
	    "GPD+rDhcRFg1eIk+bnxp+kWO7mdi0fijMX+Q1tiIRMoUpYQeEWfPC7MRzzIfBE"
	    "dMRogMzDA==",
	"lqtiquhf1347msmeir2q7glbqn1g0oet.test. 300 IN NSEC3 1 0 1 aabb"
	    " sl7gph567so926kn4q7of4s9t1186kc0 NS",
	"lqtiquhf1347msmeir2q7glbqn1g0oet.test. 300 IN RRSIG NSEC3 15 2"
	    " 300 20370101000000 20200101000000 19650 test. +SpGL0kflvtQvMz"
	    "7l2cxm9I7EP3hc6qVnmoqvHlKnoyI2qb6HmEx4JNr2witrLpCzW2QKyGh6PKoY"
	    "gAONQRLDA==",
	"6qoh8ivpdp21h1t48vhi0ktjque7asno.test. 300 IN NSEC3 1 0 1 aabb"
	    " lqtiquhf1347msmeir2q7glbqn1g0oet NS DS RRSIG",
	"6qoh8ivpdp21h1t48vhi0ktjque7asno.test. 300 IN RRSIG NSEC3 15 2"
	    " 300 20370101000000 20200101000000 19650 test. Y6lKaR8vcf4ePjE"
	    "QmAFSigfzJu5AVjb+z3sIF2LxRUdQr24mcBIQVOzb2Ke+TbhEpMOYeTGD7T5SP"
	    "n2nh3uUBw==",
	"tl6s1hajgpttsei21gak0qar5528l18v.test. 300 IN NSEC3 1 0 1 aabb"
	    " 6qoh8ivpdp21h1t48vhi0ktjque7asno A RRSIG",
	"tl6s1hajgpttsei21gak0qar5528l18v.test. 300 IN RRSIG NSEC3 15 2"
	    " 300 20370101000000 20200101000000 19650 test. q/hA/Qf4WbYr4bH"
	    "V7KDvtr6J0UjuNK9VT/2d301G8Rfc9XV655RXg0M3Ll5WKxlPB0wu4M8ewLAEC"
	    "hA6eK0EAw==",
};

/* Of the zone b.example., which has a, by the same key. */
static const char *const denial_child[] = {
	"b.example. 300 IN NSEC a.b.example. NS SOA RRSIG NSEC DNSKEY",
	"b.example. 300 IN RRSIG NSEC 15 2 300 20370101000000 202001010"
	    "00000 19650 b.example. u5M7Wm3uPAeGN7RNrT5Yb0wec5RqQEHOBGcvvJA"
	    "uYJgPgJELyhfAMDR+oIITtkSwtkCFfJqlbBqMLGED6/KwBQ==",
	"a.b.example. 300 IN NSEC ns.b.example. NS RRSIG NSEC",
	"a.b.example. 300 IN RRSIG NSEC 15 3 300 20370101000000 2020010"
	    "1000000 19650 b.example. tkeEjU2QQxSeuf+lnKmYsr8SPKYLzUrubrSgV"
	    "1mUtQr5ojj1hdAx/8TRjxc08VuOUZAxshxCdoYctO9EXRxjBw==",
	"ns.b.example. 300 IN NSEC b.example. A RRSIG NSEC",
	"ns.b.example. 300 IN RRSIG NSEC 15 3 300 20370101000000 202001"
	    "01000000 19650 b.example. AEt3qQXuAhagqMZsJEHMZNb5LDOiwczkKmTO"
	    "kFT8p5oQfs6Fr9UMzlHjypnNDJEsNxjx3mSCTmzFGSQEzbuiDw==",
};

/* The DS of c. */
static const char *const denial_ds[] = {
	"c.example. 3600 IN DS 1 13 2 000000000000000000000000000000000"
	    "0000000000000000000000000000007",
	"c.example. 3600 IN RRSIG DS 15 2 3600 20370101000000 202001010"
	    "00000 19650 example. 4xASlFmXJswOK7h5a8/QKz7kSDJjZM5LzUAxU1gF1"
	    "gu8Qh26Gg9BgCGe7EiC/QWtQbvo6oBtecfhp7JKgLO6BA==",
};

#endif
