/*
 * Keys and signatures that other programs made: what ours must agree with.
 */
#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/* A zone's DNSKEY RRset, signed by its KSK, and the KSK's DS. */
struct dnskey_set {
	const char	*from;
	const char	*zone;
	const char	*zsk, *ksk;	/* zone-file lines */
	const char	*rrsig;
	const char	*ds_sha256, *ds_sha384;
	unsigned int	 bits;
	uint16_t	 ksk_tag, zsk_tag, revoked_tag;
};

static const struct dnskey_set dnskey_sets[] = {
	{ .from = "the root zone, March 2024",
	    .zone = ".",
	    .zsk =
	    ". 172800 IN DNSKEY 256 3 8 AwEAAentCcIEndLh2QSK+pHFq/PkKCwio"
	    "xt75d7qNOUuTPMo0Fcte/NbwDPbocvbZ/eNb5RV/xQdapaJASQ/oDLsqzD0H"
	    "1+JkHNuuKc2JLtpMxg4glSE4CnRXT2CnFTW5IwOREL+zeqZHy68OXy5ngW5K"
	    "ALbevRYRg/q2qFezRtCSQ0knmyPwgFsghVYLKwi116oxwEU5yZ6W7npWMxt5"
	    "Z+Qs8diPNWrS5aXLgJtrWUGIIuFfuZwXYziGRP/z3o1EfMo9zZU19KLopkoL"
	    "XX7Ls/diCXdSEdJXTtFA8w0/OKQviuJebfKscoElCTswukVZ1VX5gbaFEo2x"
	    "WhHJ9Uo63wYaTk=",
	    .ksk =
	    ". 172800 IN DNSKEY 257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTB"
	    "AvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXg"
	    "nLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCm"
	    "r3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls"
	    "3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSV"
	    "IzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6"
	    "UwNR1AkUTV74bU=",
	    .rrsig =
	    ". 172800 IN RRSIG DNSKEY 8 0 172800 20240312000000 202402200"
	    "00000 20326 . GIgwndRLXgt7GX/JNEqSvpYw5ij6EgeQivdC/hmNNuOd2M"
	    "CQRSxZx2DdLZUoK0tmn2XmOd0vYP06DgkIMUpIXcBstw/Um55WQhvBkBTPIh"
	    "uB3UvKYJstmq+8hFHWVJwKHTg9xu38JA43VgCV2AbzurbzNOLSgq+rDPelRX"
	    "zpLr5aYE3y+EuvL+I5gusm4MMajnp5S+ioWOL+yWOnQE6XKoDmlrfcTrYfRS"
	    "xRtJewPmGeCbNdwEUBOoLUVdkCjQG4uFykcKL40cY8EOhVmM3kXAyuPuNe2X"
	    "z1QrIcVad/U4FDns+hd8+W+sWnr8QAtIUFT5pBjXooGS02m6eMdSeU6g==",
	    .ds_sha256 =
	    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457"
	    "104237C7F8EC8D",
	    .ds_sha384 =
	    "20326 8 4 538F47BA9BB88908E1DC335D6DFD51CA66B4D824192E6E6E21"
	    "0AE8CC18ECE46A0F62B9F0D2F88DFC87D4BB8B8AED21CB",
	    .bits = 2048, .ksk_tag = 20326, .zsk_tag = 30903,
	    .revoked_tag = 20454 },
	{ .from = "com, March 2024",
	    .zone = "com.",
	    .zsk =
	    "com. 86400 IN DNSKEY 256 3 13 5i9qjJgyH+9MBz7VO269/srLQB/xRR"
	    "llyUoVq8oLBZshPe4CGzDSFGnXAM3L/QPzB9ULpJuuy7jcxmBZ5Ebo7A==",
	    .ksk =
	    "com. 86400 IN DNSKEY 257 3 13 tx8EZRAd2+K/DJRV0S+hbBzaRPS/G6"
	    "JVNBitHzqpsGlz8huE61Ms9ANe6NSDLKJtiTBqfTJWDAywEp1FCsEINQ==",
	    .rrsig =
	    "com. 86400 IN RRSIG DNSKEY 13 1 86400 20240313150235 2024022"
	    "7145735 19718 com. lF2B9nXZn0CgytrHH6xB0NTva4G/aWvg/ypnSxJ8+"
	    "ZXlvR0C4974yB+nd2ZWzWMICs/oPYMKoQHqxVjnGyu8nA==",
	    .ds_sha256 =
	    "19718 13 2 8ACBB0CD28F41250A80A491389424D341522D946B0DA0C029"
	    "1F2D3D771D7805A",
	    .ds_sha384 =
	    "19718 13 4 B1A8F211326AA349B24661543C318594E7551BCE3996ACE3B"
	    "7C10934F7F45ED13A58BF3EF807EDBFC18F4A304A023B5E",
	    .bits = 256, .ksk_tag = 19718, .zsk_tag = 4534,
	    .revoked_tag = 19846 },
	{ .from = "dnssec-signzone, RSASHA256",
	    .zone = "example.com.",
	    .zsk =
	    "example.com. 3600 IN DNSKEY 256 3 8 AwEAAc4+q3sGivYHgAAtN7EI"
	    "SwsGkOIyyJKvwmT4AuwA8n95IGUVVso44O+RYKOHK8gJQGOuJJ7mW1r4+Nni"
	    "lrzg/4OTCGrtXrHyaZtc9vczMOGZhGkZ0thIoorASPJwmkU6l7daIW2AAoZl"
	    "eZoMachSbVzJUrZA6FRqrxoP6FeCo4JbYVYDo80xC9l86gmvvcGCtevLoqlf"
	    "3UtjnhnyprcduK3T1jV6ngJy+HYn5Dk1KK+sPgSENf+A5Ac4AjInKPQDjlki"
	    "XEJXGm11HDmzjQ4j01M9m35rF6jLKaw+g3ptkugJDznOYVYCSUdDEloFvDrI"
	    "rYK+KUqU5lw5MV4ZC6Z9B2k=",
	    .ksk =
	    "example.com. 3600 IN DNSKEY 257 3 8 AwEAAaxC26VsCUacHIDVmNav"
	    "960PcrTW/trTixzrNY/AWDob7QsKo4TciF6n0Dw6e0ZLD+8wjUdXl0FjpdQ9"
	    "NiYNOK1I8a5rn+uN/xJuqeJmydnd8jaG+hqUOJtwfqFeq0c6uzQP77qbRQe4"
	    "I0BZf7pLDgk6W+30hohxYqfKoepAeytTg2h6U6/ba+WUhU/EtfkUj4qm6gRR"
	    "JHjk3FJ7BZJJn52PN8+BiQJHgt1ld4LlbeB7qpD32gzSQdPUp3n/ht2cAe8U"
	    "kcSW4lhyvmxG0qGWIcA4h0dvElUrhvj3nbtE895svOZ38bwKFuRrV1QBjpFk"
	    "ED5LR3bW/gKvZJhGUVqqJZs=",
	    .rrsig =
	    "example.com. 3600 IN RRSIG DNSKEY 8 2 3600 20250201000000 20"
	    "250101000000 58945 example.com. m1PS9EYQrJqBfEB2I4QtpyafxjAG"
	    "K0oeMZGf2U4tUH7GbOlFe/q0XdZ3sB13Hi5Kx3ee5uD/G03oz1brPGhOHXhq"
	    "tmTrsFq7GCk2b1p3aD9FMUUoi5bfFJEPH2EUaF1DqZNTBTo6Fde650B1wOt9"
	    "K7ZBW/y3nZEnrM6PZTZGYv4WrEl/r8g5W1dhvHSebqemonKwb/A7dzI3OUDW"
	    "ecn7rRqDtM7VmGmocr7iZQMMcs3d38xhtFqYJoy+fibNbAm7CjVmtQteCc/q"
	    "/nBoNaY1kTol8CRPtLxvi5M8i16Ro5Sm0etvXwtV4w/0eSaLC+C2H09tk743"
	    "+kC2UDPdU9idDw==",
	    .ds_sha256 =
	    "58945 8 2 DF30CA16EC440BE1524AEF6111015FA26CF158A91022DF086C"
	    "D66039B3F66184",
	    .ds_sha384 =
	    "58945 8 4 1D9232D6DDA16362FF7560F11A02B0F42A8725CEE7740F3A6D"
	    "BA7B38D12283C23A5FDF2E9D167B4DF89AD7B48B42E5CF",
	    .bits = 2048, .ksk_tag = 58945, .zsk_tag = 33040,
	    .revoked_tag = 59073 },
	{ .from = "dnssec-signzone, ECDSAP256SHA256",
	    .zone = "example.com.",
	    .zsk =
	    "example.com. 3600 IN DNSKEY 256 3 13 gcc5VQj0861VV1jU+kr2IxO"
	    "WGdIEDFaPJrh4Z0ZUCKdjK56CnjA6vQF+KVNNFpr8XISKs8Z6Je/d86HlDEJ"
	    "ALw==",
	    .ksk =
	    "example.com. 3600 IN DNSKEY 257 3 13 TbqqS3uKOYyfvfLc99At69B"
	    "cK6q7nOn7J8AuDGq2X5ltKJF94Tygu/KZGDHdFB0YDj28e+i3hiiHTc6K8fT"
	    "Zkw==",
	    .rrsig =
	    "example.com. 3600 IN RRSIG DNSKEY 13 2 3600 20250201000000 2"
	    "0250101000000 3022 example.com. EYk31ncnDAAGvm6kMlG9NHhZFIz6"
	    "xsfCJUBCXpnAld0rhJWv+GIpuAzDp4Rjz9h7ijpgmEgObr+uZ+Jum4W+Eg==",
	    .ds_sha256 =
	    "3022 13 2 45DD9EE54CF54F99435AE5B8B160B8D0667E1E0CA3C20D21C3"
	    "1DB8D34387536E",
	    .ds_sha384 =
	    "3022 13 4 48F00DF28616E5A6F40C3F119C813CC4B75DE2410BFEA7B7B8"
	    "6BAE4298E7EB67CDBC9526B252C685E0686AC01BAE6F10",
	    .bits = 256, .ksk_tag = 3022, .zsk_tag = 24049,
	    .revoked_tag = 3150 },
	{ .from = "dnssec-signzone, ECDSAP384SHA384",
	    .zone = "example.com.",
	    .zsk =
	    "example.com. 3600 IN DNSKEY 256 3 14 IatyVCQAynG0KV71lXgrC6U"
	    "+P0egJdpsE7aK/VWb5otR4H6wZfAFm2PmDqvIb+qbvw0izw8/7K8jXd2idNP"
	    "H9OgRUGiG8l25ezYHqMg8+Y+jfl2Nk9FXYNuObNqRIi14",
	    .ksk =
	    "example.com. 3600 IN DNSKEY 257 3 14 FtNKGqbd3bbgfkhaPZlm1vB"
	    "x6V+ZAfNPHWSPoJ5+MkSAvK7Zg2FeBudUGnoFZYXcaaIEen3twaIxLbzB5k+"
	    "j5iq7Vd7+I/+oY29xfYt2jrSYHwusEGT5XWjcy0cljvuv",
	    .rrsig =
	    "example.com. 3600 IN RRSIG DNSKEY 14 2 3600 20250201000000 2"
	    "0250101000000 53011 example.com. NiGLJb1eff00j00hJmJw9Ll5Zz5"
	    "8NjVOoBvbMH3vvPB6S0jyWr8UFBpubXfPT1SEyHBO6ovCT9r/nLWc0TG7Kcp"
	    "w3wbC8II1Lr5XtTyorlCx6ziRjOJxa3welfDZGWtu",
	    .ds_sha256 =
	    "53011 14 2 FBD6D9482509CE2ECEA950FE6A80512B755741F33C8255970"
	    "558010525F1E271",
	    .ds_sha384 =
	    "53011 14 4 F55CFC028340C27C59402838E3A39D1B4CE80D51A5439405A"
	    "5BC6ABAC1357B569558D1831E5DD21F561A77EABA13771D",
	    .bits = 384, .ksk_tag = 53011, .zsk_tag = 26230,
	    .revoked_tag = 53139 },
	{ .from = "dnssec-signzone, ED25519",
	    .zone = "example.com.",
	    .zsk =
	    "example.com. 3600 IN DNSKEY 256 3 15 ehImjB3WE3VFTPjAKGppobE"
	    "VpR7b8+xzEK7w1sY13TI=",
	    .ksk =
	    "example.com. 3600 IN DNSKEY 257 3 15 OnFgqOxC0UTULBfPjjFFpBY"
	    "2ZEagKK918InCL+Eo1Gc=",
	    .rrsig =
	    "example.com. 3600 IN RRSIG DNSKEY 15 2 3600 20250201000000 2"
	    "0250101000000 20200 example.com. +n/IhkBkiGjgyzxVttO7XLg9VxT"
	    "8aKRLF7+a4pPHa64B4RU+SzPypTSkLWsQJsQ5LE8KeXgZcsnu13l+kSd+Dg="
	    "=",
	    .ds_sha256 =
	    "20200 15 2 CD7381A9CB5EE721DE051FB749B89E094D5AD705C45A02F15"
	    "29FA0841270D8D8",
	    .ds_sha384 =
	    "20200 15 4 083EE2B6A1C965FE465CD07EB63FC2CA5CD475CAA00342812"
	    "329F8F898C61F2D4D714E76CF3DF8FE2CB18ADDC25E897E",
	    .bits = 256, .ksk_tag = 20200, .zsk_tag = 27035,
	    .revoked_tag = 20328 },
};
#define N_DNSKEY_SETS (sizeof(dnskey_sets) / sizeof(dnskey_sets[0]))

/* Another RRset of a zone, signed by the key. */
struct signed_set {
	const char	*from;
	const char	*key;
	const char	*ds;		/* of the key */
	const char	*record;
	const char	*rrsig;
	uint16_t	 tag;
};

static const struct signed_set signed_sets[] = {
	{ .from = "RFC 6605 section 6.1",
	    .key =
	    "example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyh"
	    "WJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8"
	    "NAA==",
	    .ds =
	    "55648 13 2 B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770"
	    "CE6D6E37DF61D17",
	    .record =
	    "www.example.net. 3600 IN A 192.0.2.1",
	    .rrsig =
	    "www.example.net. 3600 IN RRSIG A 13 3 3600 20100909100439 20"
	    "100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+"
	    "KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
	    .tag = 55648 },
	{ .from = "RFC 6605 section 6.2",
	    .key =
	    "example.net. 3600 IN DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkw"
	    "f2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+"
	    "OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
	    .ds =
	    "10771 14 4 72D7B62976CE06438E9C0BF319013CF801F09ECC84B8D7E94"
	    "95F27E305C6A9B0563A9B5F4D288405C3008A946DF983D6",
	    .record =
	    "www.example.net. 3600 IN A 192.0.2.1",
	    .rrsig =
	    "www.example.net. 3600 IN RRSIG A 14 3 3600 20100909102025 20"
	    "100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsV"
	    "z73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz"
	    "WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
	    .tag = 10771 },
	{ .from = "RFC 8080 section 6.1, with erratum 4935",
	    .key =
	    "example.com. 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMz"
	    "ZHJpBoRQwAQEX1SxZJA4=",
	    .ds =
	    "3613 15 2 3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964A"
	    "B55C78E79A304B",
	    .record =
	    "example.com. 3600 IN MX 10 mail.example.com.",
	    .rrsig =
	    "example.com. 3600 IN RRSIG MX 15 2 3600 1440021600 143820720"
	    "0 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHp"
	    "jQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
	    .tag = 3613 },
	{ .from = "RFC 8080 section 6.1, second key, with erratum 4935",
	    .key =
	    "example.com. 3600 IN DNSKEY 257 3 15 zPnZ/QwEe7S8C5SPz2OfS5R"
	    "R40ATk2/rYnE9xHIEijs=",
	    .ds =
	    "35217 15 2 401781B934E392DE492EC77AE2E15D70F6575A1C0BC59C527"
	    "5C04EBE80C6614C",
	    .record =
	    "example.com. 3600 IN MX 10 mail.example.com.",
	    .rrsig =
	    "example.com. 3600 IN RRSIG MX 15 2 3600 1440021600 143820720"
	    "0 35217 example.com. zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZ"
	    "XFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==",
	    .tag = 35217 },
};
#define N_SIGNED_SETS (sizeof(signed_sets) / sizeof(signed_sets[0]))

/* RFC 5702 section 6.1: RSA of 512 bits, which is below our minimum. */
#define RFC5702_KEY \
	"example.net. 3600 IN DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVI" \
	"my4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/D" \
	"lUmObdk="

#define RFC5702_RECORD "www.example.net. 3600 IN A 192.0.2.91"
#define RFC5702_RRSIG \
	"www.example.net. 3600 IN RRSIG A 8 3 3600 20300101000000 200" \
	"00101000000 9033 example.net. kRCOH6u7l0QGy9qpC9l1sLncJcOKFL" \
	"J7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg=="

/* RFC 4034 section 5.4, and RFC 4509 section 2.3 for the same key. */
#define RFC4034_KEY \
	"dskey.example.com. 86400 IN DNSKEY 256 3 5 AQOeiiR0GOMYkDshW" \
	"oSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99" \
	"WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2w" \
	"wjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="

#define RFC4509_DS \
	"60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383" \
	"F6A1E4469DA50A"

#endif
