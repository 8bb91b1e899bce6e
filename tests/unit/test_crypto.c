#include "tests/unit/unit.h"

#include "kmgr/base/crypto.h"
#include "kmgr/base/text.h"

/* Made with openssl genpkey; the signatures are over "abc". */
static const struct {
	const char	*name;
	enum crypto_kind kind;
	unsigned int	 bits;
	const char	*spki;
	const char	*sig;		/* as OpenSSL writes it */
} keys[] = {
	{ "P-256", CRYPTO_P256, 256,
	    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXPrWG9004T2Y36dOHhBV5We+Mfq"
	    "o9T82usTJxfJXeHmR8LhBUrysdYEYGLN1j21nouMSrSAiNbe49DY6+64gCA==",
	    "MEUCIG+/dHgc25KANOMaNG/wYy0Q0Mi4Bl5Z4ojygWJQfaaAAiEApOtZCxVDkeM"
	    "Ux04/inLtIRbXlCy1j7T0+kbT7nopp5Q=" },
	{ "P-384", CRYPTO_P384, 384,
	    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAErRZnG04AbSnzLnID2znZw3z4mNZErUz"
	    "ywjbaiC4/apK9YqSsF9PdVubSyWs6FCkHCaBCZuXnffchtd1cpNbLr701a50I7N"
	    "y2p4eSfTklszAUQ3Hl8h+AY/GxsEqV3yxp",
	    "MGUCMCntHS7vCtUE9YDMvlYkH10LIV+LlTh/Ejmq1ohlgAee0B4v2mmBgXaDWCR"
	    "JVHy7swIxAOdDmBTg8sFkTI4asBY1Cv55rRKNKbX8N0tNazGKF2D3eiio3kKtc7"
	    "C0c8NBn2l3qA==" },
	{ "Ed25519", CRYPTO_ED25519, 256,
	    "MCowBQYDK2VwAyEA6LBmpkHlZm6KJYmOhGKQL78bmR0ZW7EN146btJC/xac=",
	    "F1pdtNr8aUtYP6Lza8Sul3oEuSaCIcNE1cBEId7ahQnCewJBVd0ma24erR5QWk/"
	    "7UMZymzL0SEFPMAjoLTSQAg==" },
	{ "RSA", CRYPTO_RSA, 1024,
	    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDXBcRtuapCZF+lQge/TzhNvkA"
	    "x8hnWl7puwJBQnMbjF/QFnjvEghqExdldxYsJ4Dkxfji7LbUuQY+y7MORp3s56N"
	    "YEWveHqy/Jn9XRLKv7paa6XeunofRhQOUR80j8cqoRAO4YCZY2TsUnIOS1+5i+y"
	    "Bfw3y8cKNSoPYqDPTEfXQIDAQAB",
	    "TSI4Z4mO+kfrk2Qd6HzhwN2VE46PSiovLVGAt7jZIp1+pLxvFx/lvS2N2iJ71IV"
	    "YqcQR7+wY2ukXhDDQHWi37/se1bLxSDRe9qp1qx/jJE857nbE3YGhHD1TVwhKbL"
	    "wBRed4j3BK4n5EUR/9VZGdAIG+ydVgXl0nl8bGVoZpOC8=" },
};

/* The first of keys[], with a compressed point and with a curve spelt out. */
#define P256_COMPRESSED \
	"MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACXPrWG9004T2Y36dOHhBV5We+Mfqo9T8" \
	"2usTJxfJXeHk="
#define P256_EXPLICIT \
	"MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAA" \
	"AAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA//////////" \
	"/////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTa" \
	"mZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li" \
	"/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vq" \
	"tpxeehPO5ysL8YyVRAgEBA0IABFz61hvdNOE9mN+nTh4QVeVnvjH6qPU/NrrEycXyV3" \
	"h5kfC4QVK8rHWBGBizdY9tZ6LjEq0gIjW3uPQ2OvuuIAg="

static struct buf
decode(const char *base64)
{
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;

	unit_ok(crypto_base64_read(base64, &out, &err), &err);
	return out;
}

static int
key_from(const char *base64, struct crypto_key **out, struct error *err)
{
	struct buf der = decode(base64);
	const int rc = crypto_key_from_spki(der.data, der.len, out, err);

	buf_free(&der);
	return rc;
}

/* The signature of keys[i] in RRSIG wire form. */
static struct buf
wire_sig(size_t i)
{
	const size_t half = keys[i].kind == CRYPTO_P384 ? 48 : 32;
	struct buf sig = decode(keys[i].sig), wire = BUF_INIT;
	struct error err = ERR_INIT;
	uint8_t rs[96];

	if (keys[i].kind == CRYPTO_RSA || keys[i].kind == CRYPTO_ED25519)
		return sig;
	unit_ok(crypto_sig_from_der(sig.data, sig.len, half, rs, &err), &err);
	buf_add(&wire, rs, 2 * half);
	buf_free(&sig);
	return wire;
}

static void
hashes(void **state)
{
	uint8_t digest[CRYPTO_SHA384_LEN];
	char hex[2 * CRYPTO_SHA384_LEN + 1];

	(void)state;
	/* FIPS 180-4 examples */
	crypto_sha256("abc", 3, digest);
	assert_string_equal(text_hex(digest, CRYPTO_SHA256_LEN, hex),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256("", 0, digest);
	assert_string_equal(text_hex(digest, CRYPTO_SHA256_LEN, hex),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	crypto_sha384("abc", 3, digest);
	assert_string_equal(text_hex(digest, CRYPTO_SHA384_LEN, hex),
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	    "8086072ba1e7cc2358baeca134c825a7");
}

static void
random_bytes_differ(void **state)
{
	struct error err = ERR_INIT;
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	unit_ok(crypto_random(a, sizeof(a), &err), &err);
	unit_ok(crypto_random(b, sizeof(b), &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
}

/* The kernel gives 256 at once. */
static void
random_bytes_reach_the_end(void **state)
{
	static const uint8_t zeroes[16];
	struct error err = ERR_INIT;
	uint8_t bytes[2 * 256 + 16] = { 0 };

	(void)state;
	unit_ok(crypto_random(bytes, sizeof(bytes), &err), &err);
	assert_memory_not_equal(bytes + 240, zeroes, 16);
	assert_memory_not_equal(bytes + 256, zeroes, 16);
	assert_memory_not_equal(bytes + 512, zeroes, 16);
}

static void
base64_is_rfc4648(void **state)
{
	static const struct { const char *bytes, *text; } t[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};
	struct buf out;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		text = crypto_base64((const uint8_t *)t[i].bytes,
		    strlen(t[i].bytes));
		assert_string_equal(text, t[i].text);
		out = decode(text);
		assert_int_equal(out.len, strlen(t[i].bytes));
		assert_string_equal(buf_text(&out), t[i].bytes);
		buf_free(&out);
		free(text);
	}
	text = crypto_base64(NULL, 0);
	assert_string_equal(text, "");
	free(text);
}

static void
base64_has_one_form(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zm9",
		"Zm9v=", "=", "==", "====", "=Zm9", "Z===", "Zm=v", "Zm9v====",
		"Zh==", "Zm9=", "Zm8=Zm8=", " Zg==", "Zg== ", "Zg==\n",
		"Zm 9v", "Zm9v\n", "-_-_", "Zm9*", "Zm9\xff" };
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	buf_add(&out, "x", 1);
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(crypto_base64_read(bad[i], &out, &err), &err,
		    ERR_INPUT, "not base64");
		assert_string_equal(buf_text(&out), "x");
	}
	unit_ok(crypto_base64_read("Zg==", &out, &err), &err);
	assert_string_equal(buf_text(&out), "xf");
	buf_free(&out);
}

static void
keys_are_read_back(void **state)
{
	struct crypto_key *key, *again;
	struct error err = ERR_INIT;
	struct buf parts, n, der, pem;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(keys); i++) {
		parts = n = der = pem = (struct buf)BUF_INIT;
		unit_ok(key_from(keys[i].spki, &key, &err), &err);
		assert_int_equal(crypto_key_kind(key), keys[i].kind);
		assert_int_equal(crypto_key_bits(key), keys[i].bits);
		if (keys[i].kind == CRYPTO_RSA) {
			crypto_key_rsa(key, &parts, &n);
			assert_int_equal(parts.len, 3);
			assert_int_equal(n.len, 128);
			unit_ok(crypto_key_from_rsa(parts.data, parts.len,
			    n.data, n.len, &again, &err), &err);
		} else {
			crypto_key_point(key, &parts);
			unit_ok(crypto_key_from_point(keys[i].kind,
			    parts.data, parts.len, &again, &err), &err);
		}
		crypto_key_spki(again, &der);
		text = crypto_base64(der.data, der.len);
		assert_string_equal(text, keys[i].spki);
		crypto_key_pem(again, &pem);
		assert_memory_equal(buf_text(&pem),
		    "-----BEGIN PUBLIC KEY-----\n", 27);
		assert_memory_equal(buf_text(&pem) + 27, keys[i].spki,
		    keys[i].kind == CRYPTO_ED25519 ? 60 : 64);
		free(text);
		buf_free(&parts);
		buf_free(&n);
		buf_free(&der);
		buf_free(&pem);
		crypto_key_free(key);
		crypto_key_free(again);
	}
	crypto_key_free(NULL);
}

static void
one_key_has_one_form(void **state)
{
	static const char *const forms[] = { P256_COMPRESSED, P256_EXPLICIT };
	struct crypto_key *key;
	struct error err = ERR_INIT;
	struct buf der = BUF_INIT;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(forms); i++) {
		unit_ok(key_from(forms[i], &key, &err), &err);
		crypto_key_spki(key, &der);
		text = crypto_base64(der.data, der.len);
		assert_string_equal(text, keys[0].spki);
		free(text);
		buf_free(&der);
		crypto_key_free(key);
	}
}

static void
other_kinds_are_refused(void **state)
{
	static const char *const bad[] = {
		/* secp256k1, brainpoolP384r1: right size, wrong curve */
		"MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEw1RNIGQBdsOjxjtg8P6ewHL1Ep8N"
		"mOQfQ9D4R4De4INlmy1MVNGq1ha4vc/sZNwa9TLbkrjzdkJtzpq9P0ZdGg==",
		"MHowFAYHKoZIzj0CAQYJKyQDAwIIAQELA2IABDwVJQueQDXVq0yU5sFj/tXV"
		"5j0Eq5PyE4bkQlL+RUvhHA+J0G465ZRGTi5DUD4guGfq6T6WD2IqGZ9d0niN"
		"nV/DmhV3Yk0SSGda1f/z1LEg1Bh+3MEfB65GaiP9cDJKYQ==",
		/* P-521, X25519, RSA-PSS */
		"MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBez/NR1fC1ZWDP8QXXxV+pDhK"
		"DGjdrU9MYG3IhscSKsQhNfRDv/7U8qOn+N+ZDelHaOoJyKS9l2Z9MFnOsKbW"
		"qBQAwjsGuP/IkEKgs5kzmL4KuQP1pTB7gpSMRpZdy/qeSdYDMC3+qhr7WmrU"
		"80vvNqUCH+I/TLgEKy7r4Mf/keJYdVw=",
		"MCowBQYDK2VuAyEAK0ikQkBGKw++H3HGHIDkaxwJw+uypAff9CKjMdj/0gY=",
		"MIGdMAsGCSqGSIb3DQEBCgOBjQAwgYkCgYEAwUxfoWY7q15ZSbcptPnjOPM4"
		"P5NmQ/w8iMo3Q79FL6XsB4K+IDa4EoRHYiAsErA7gbmSZ1MQS+H/vzFwF6JA"
		"1pIo9rTDKKf0uVhe1fAhqLORF+BSlihtF5UmZ3Uq7FegM0pvKMTH/L8ZQEI0"
		"WZxYuOU3y9mZgsmp//DF3VEN1x8CAwEAAQ==",
		"MAA=", "AAAA", "" };
	struct crypto_key *key;
	struct error err = ERR_INIT;
	struct buf der;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(bad); i++) {
		unit_fails(key_from(bad[i], &key, &err), &err, ERR_INPUT,
		    "SubjectPublicKeyInfo");
		assert_null(key);
	}
	/* Cut off, and with more behind it. */
	der = decode(keys[0].spki);
	unit_fails(crypto_key_from_spki(der.data, der.len - 1, &key, &err),
	    &err, ERR_INPUT, "SubjectPublicKeyInfo");
	buf_add_u8(&der, 0);
	unit_fails(crypto_key_from_spki(der.data, der.len, &key, &err), &err,
	    ERR_INPUT, "SubjectPublicKeyInfo");
	buf_free(&der);
}

static void
a_copy_outlives_its_key(void **state)
{
	struct buf spki, again;
	struct crypto_key *key, *copy;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(keys); i++) {
		spki = (struct buf)BUF_INIT;
		again = (struct buf)BUF_INIT;
		unit_ok(key_from(keys[i].spki, &key, &err), &err);
		crypto_key_spki(key, &spki);
		copy = crypto_key_copy(key);
		assert_true(crypto_key_is_same(key, copy));
		crypto_key_free(key);
		crypto_key_spki(copy, &again);
		assert_int_equal(again.len, spki.len);
		assert_memory_equal(again.data, spki.data, spki.len);
		crypto_key_free(copy);
		buf_free(&spki);
		buf_free(&again);
	}
}

static void
keys_come_back_from_pem(void **state)
{
	static const char text[] = "Public-Key: (256 bit)\n";
	struct crypto_key *key, *again;
	struct error err = ERR_INIT;
	struct buf pem;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(keys); i++) {
		pem = (struct buf)BUF_INIT;
		unit_ok(key_from(keys[i].spki, &key, &err), &err);
		buf_add(&pem, text, strlen(text));
		crypto_key_pem(key, &pem);
		unit_ok(crypto_key_from_pem(buf_text(&pem), pem.len, &again,
		    &err), &err);
		assert_true(crypto_key_is_same(key, again));
		crypto_key_free(again);
		/* Which of two would it be? */
		crypto_key_pem(key, &pem);
		unit_fails(crypto_key_from_pem(buf_text(&pem), pem.len, &again,
		    &err), &err, ERR_INPUT, "more than one PEM block");
		crypto_key_free(key);
		buf_free(&pem);
	}
}

static void
other_pem_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "no PEM block" },
		{ "x", "no PEM block" },
		{ "-----BEGIN PUBLIC KEY-----\nMFkw\n", "no PEM block" },
		{ "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n"
		    "-----END PRIVATE KEY-----\n", "PEM block PRIVATE KEY "
		    "where a PUBLIC KEY" },
		{ "-----BEGIN PUBLIC KEY-----\nMFkw\n"
		    "-----END PUBLIC KEY-----\n", "SubjectPublicKeyInfo" },
	};
	struct crypto_key *key;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(rows); i++) {
		unit_fails(crypto_key_from_pem(rows[i].text,
		    strlen(rows[i].text), &key, &err), &err, ERR_INPUT,
		    rows[i].message);
		assert_null(key);
	}
}

static void
points_lie_on_the_curve(void **state)
{
	static const size_t lens[] = { 64, 96, 32 };
	struct crypto_key *key;
	struct error err = ERR_INIT;
	struct buf point;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		point = (struct buf)BUF_INIT;
		unit_ok(key_from(keys[i].spki, &key, &err), &err);
		crypto_key_point(key, &point);
		crypto_key_free(key);
		assert_int_equal(point.len, lens[i]);
		unit_fails(crypto_key_from_point(keys[i].kind, point.data,
		    point.len - 1, &key, &err), &err, ERR_INPUT, "point");
		unit_fails(crypto_key_from_point(keys[(i + 1) % 3].kind,
		    point.data, point.len, &key, &err), &err, ERR_INPUT,
		    "point");
		unit_fails(crypto_key_from_point(CRYPTO_RSA, point.data,
		    point.len, &key, &err), &err, ERR_INPUT, "point");
		assert_null(key);
		if (i < 2) {
			point.data[point.len - 1] ^= 1;
			unit_fails(crypto_key_from_point(keys[i].kind,
			    point.data, point.len, &key, &err), &err,
			    ERR_INPUT, "point");
		}
		buf_free(&point);
	}
}

/* x = 5 on P-256 and x = 2 on P-384: what is small keeps its zeroes. */
static void
short_numbers_are_padded(void **state)
{
	static const struct { enum crypto_kind kind; size_t half; uint8_t x;
	    const char *y; } t[] = {
		{ CRYPTO_P256, 32, 5,
		    "459243b9aa581806fe913bce99817ade"
		    "11ca503c64d9a3c533415c083248fbcc" },
		{ CRYPTO_P384, 48, 2,
		    "732152442fb6ee5c3e6ce1d920c059bc623563814d79042b"
		    "903ce60f1d4487fccd450a86da03f3e6ed525d02017bfdb3" },
	};
	struct error err = ERR_INIT;
	struct crypto_key *key;
	uint8_t point[96];
	struct buf again;
	size_t i, len;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		again = (struct buf)BUF_INIT;
		memset(point, 0, sizeof(point));
		point[t[i].half - 1] = t[i].x;
		unit_ok(text_from_hex(t[i].y, point + t[i].half, t[i].half,
		    &len, &err), &err);
		unit_ok(crypto_key_from_point(t[i].kind, point,
		    2 * t[i].half, &key, &err), &err);
		crypto_key_point(key, &again);
		assert_int_equal(again.len, 2 * t[i].half);
		assert_memory_equal(again.data, point, again.len);
		buf_free(&again);
		crypto_key_free(key);
	}
}

/* What decodes, by RFC 8032 s5.1.3 done in Python's integers. */
static void
ed25519_points_decode(void **state)
{
	static const bool small[] = { true, true, false, true, true, true,
		true, false, false, true, true, false, false, false, true,
		true, true, false, true, true };
	uint8_t key[32] = { 0 };
	struct crypto_key *public;
	struct error err = ERR_INIT;
	uint8_t y, sign;
	int rc;

	(void)state;
	for (y = 0; y < N_OF(small); y++)
		for (sign = 0; sign < 2; sign++) {
			const bool good = small[y] && !(y == 1 && sign == 1);

			key[0] = y;
			key[31] = (uint8_t)(sign << 7);
			rc = crypto_key_from_point(CRYPTO_ED25519, key, 32,
			    &public, &err);
			assert_int_equal(rc, good ? 0 : -1);
			err_clear(&err);
			crypto_key_free(public);
		}
	/* p - 1 with x = 0; p and more are no form of what is below. */
	memset(key, 0xff, sizeof(key));
	key[31] = 0x7f;
	for (key[0] = 0xec; key[0] != 0; key[0]++) {
		rc = crypto_key_from_point(CRYPTO_ED25519, key, 32, &public,
		    &err);
		assert_int_equal(rc, key[0] == 0xec ? 0 : -1);
		err_clear(&err);
		crypto_key_free(public);
	}
	key[0] = 0xec;
	key[31] = 0xff;
	unit_fails(crypto_key_from_point(CRYPTO_ED25519, key, 32, &public,
	    &err), &err, ERR_INPUT, "point");
}

static void
verifies(void **state)
{
	struct crypto_key *key;
	struct error err = ERR_INIT;
	struct buf sig;
	size_t i, bit;

	(void)state;
	for (i = 0; i < N_OF(keys); i++) {
		unit_ok(key_from(keys[i].spki, &key, &err), &err);
		sig = wire_sig(i);
		unit_ok(crypto_key_verify(key, (const uint8_t *)"abc", 3,
		    sig.data, sig.len, &err), &err);
		unit_fails(crypto_key_verify(key, (const uint8_t *)"abd", 3,
		    sig.data, sig.len, &err), &err, ERR_INTEGRITY,
		    "does not verify");
		unit_fails(crypto_key_verify(key, (const uint8_t *)"abc", 2,
		    sig.data, sig.len, &err), &err, ERR_INTEGRITY,
		    "does not verify");
		unit_fails(crypto_key_verify(key, (const uint8_t *)"abc", 3,
		    sig.data, sig.len - 1, &err), &err, ERR_INTEGRITY, "");
		unit_fails(crypto_key_verify(key, (const uint8_t *)"abc", 3,
		    sig.data, 0, &err), &err, ERR_INTEGRITY, "");
		for (bit = 0; bit < 8 * sig.len; bit++) {
			sig.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			unit_fails(crypto_key_verify(key,
			    (const uint8_t *)"abc", 3, sig.data, sig.len,
			    &err), &err, ERR_INTEGRITY, "does not verify");
			sig.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		buf_add_u8(&sig, 0);
		unit_fails(crypto_key_verify(key, (const uint8_t *)"abc", 3,
		    sig.data, sig.len, &err), &err, ERR_INTEGRITY, "");
		buf_free(&sig);
		crypto_key_free(key);
	}
}

static void
ecdsa_signatures_change_form(void **state)
{
	struct buf der, wire, again;
	uint8_t sig[96] = { 0 };
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		again = (struct buf)BUF_INIT;
		der = decode(keys[i].sig);
		wire = wire_sig(i);
		assert_int_equal(wire.len, i == 0 ? 64 : 96);
		crypto_sig_to_der(wire.data, wire.len, &again);
		assert_int_equal(again.len, der.len);
		assert_memory_equal(again.data, der.data, der.len);
		/* A half that is too small for the numbers. */
		unit_fails(crypto_sig_from_der(der.data, der.len,
		    wire.len / 2 - 1, sig, &err), &err, ERR_INPUT, "ECDSA");
		unit_fails(crypto_sig_from_der(der.data, der.len - 1,
		    wire.len / 2, sig, &err), &err, ERR_INPUT, "ECDSA");
		buf_add_u8(&der, 0);
		unit_fails(crypto_sig_from_der(der.data, der.len,
		    wire.len / 2, sig, &err), &err, ERR_INPUT, "ECDSA");
		buf_free(&der);
		buf_free(&wire);
		buf_free(&again);
	}
	/* r = 1, s = 255: short in DER, padded on the wire. */
	unit_ok(crypto_sig_from_der((const uint8_t *)
	    "\x30\x07\x02\x01\x01\x02\x02\x00\xff", 9, 32, sig, &err), &err);
	assert_int_equal(sig[31], 1);
	assert_int_equal(sig[63], 255);
	for (i = 0; i < 31; i++)
		assert_int_equal(sig[i] | sig[32 + i], 0);
	unit_fails(crypto_sig_from_der((const uint8_t *)"", 0, 32, sig, &err),
	    &err, ERR_INPUT, "ECDSA");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(random_bytes_reach_the_end),
		cmocka_unit_test(base64_is_rfc4648),
		cmocka_unit_test(base64_has_one_form),
		cmocka_unit_test(keys_are_read_back),
		cmocka_unit_test(one_key_has_one_form),
		cmocka_unit_test(other_kinds_are_refused),
		cmocka_unit_test(a_copy_outlives_its_key),
		cmocka_unit_test(keys_come_back_from_pem),
		cmocka_unit_test(other_pem_is_refused),
		cmocka_unit_test(points_lie_on_the_curve),
		cmocka_unit_test(short_numbers_are_padded),
		cmocka_unit_test(ed25519_points_decode),
		cmocka_unit_test(verifies),
		cmocka_unit_test(ecdsa_signatures_change_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
