#include <assert.h>
#include <string.h>
#include <strings.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/message.h"
#include "kmgr/dns/tsig.h"

#define SECRET_MIN 16		/* bytes; RFC 8945 s10: at least the length
				 * of what cannot be guessed */
#define HEAD_ADDITIONAL 10	/* where the head counts that section */
#define OTHER_MAX 256

enum { TSIG_BADSIG = 16, TSIG_BADKEY = 17, TSIG_BADTIME = 18,
	TSIG_BADTRUNC = 22 };

static const struct {
	const char	*word;
	enum crypto_hmac hmac;
} algorithms[] = {
	{ "hmac-sha256", CRYPTO_HMAC_SHA256 },
	{ "hmac-sha384", CRYPTO_HMAC_SHA384 },
	{ "hmac-sha512", CRYPTO_HMAC_SHA512 },
};
#define N_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* The algorithm's name in wire form. */
static struct name
algorithm_name(enum crypto_hmac hmac)
{
	struct error ignored = ERR_INIT;
	struct name name = { .len = 1 };
	size_t i;

	for (i = 0; i < N_ALGORITHMS; i++)
		if (algorithms[i].hmac == hmac)
			(void)name_read(algorithms[i].word, &name, &ignored);
	return name;
}

static int
read_secret(struct tsig_key *key, const char *base64, struct error *err)
{
	struct buf bytes = BUF_INIT;
	int rc = -1;

	if (crypto_base64_read(base64, &bytes, err) != 0)
		err->class = ERR_CONFIG;
	else if (bytes.len < SECRET_MIN)
		(void)err_set(err, ERR_CONFIG, "%zu bytes; at least %d are "
		    "needed", bytes.len, SECRET_MIN);
	else if (secret_new((const char *)bytes.data, bytes.len,
	    &key->secret, err) != 0)
		err->class = ERR_CONFIG;
	else
		rc = 0;
	if (bytes.data != NULL)
		secret_wipe(bytes.data, bytes.room);
	buf_free(&bytes);
	return rc == 0 ? 0 : err_wrap(err, "the secret");
}

int
tsig_key_init(struct tsig_key *key, const char *name, const char *algorithm,
    const char *base64, struct error *err)
{
	size_t i;

	*key = (struct tsig_key) { .secret = NULL };
	for (i = 0; i < N_ALGORITHMS; i++)
		if (strcasecmp(algorithm, algorithms[i].word) == 0)
			break;
	if (i == N_ALGORITHMS)
		return err_set(err, ERR_CONFIG, "TSIG key %.64s: \"%.32s\" is "
		    "none of hmac-sha256, hmac-sha384, hmac-sha512", name,
		    algorithm);
	key->hmac = algorithms[i].hmac;
	if (name_read(name, &key->name, err) != 0)
		err->class = ERR_CONFIG;
	else if (read_secret(key, base64, err) == 0)
		return 0;
	return err_wrap(err, "TSIG key %.64s", name);
}

void
tsig_key_clear(struct tsig_key *key)
{

	secret_free(key->secret);
	key->secret = NULL;
}

static void
add_u48(struct buf *out, int64_t v)
{

	buf_add_u16(out, (uint16_t)(v >> 32));
	buf_add_u32(out, (uint32_t)v);
}

/* RFC 8945 s4.3.3: the TSIG variables, or in a stream the timers alone. */
static void
add_variables(const struct tsig_key *key, int64_t at, uint16_t fudge_s,
    uint16_t error, const uint8_t *other, uint16_t other_len,
    struct buf *out)
{
	const struct name algorithm = algorithm_name(key->hmac);

	buf_add(out, key->name.wire, key->name.len);
	buf_add_u16(out, MESSAGE_CLASS_ANY);
	buf_add_u32(out, 0);
	buf_add(out, algorithm.wire, algorithm.len);
	add_u48(out, at);
	buf_add_u16(out, fudge_s);
	buf_add_u16(out, error);
	buf_add_u16(out, other_len);
	if (other_len > 0)
		buf_add(out, other, other_len);
}

static void
compute(const struct tsig_key *key, const struct buf *tbs,
    uint8_t mac[static CRYPTO_HMAC_MAX])
{

	crypto_hmac(key->hmac, secret_bytes(key->secret),
	    secret_len(key->secret), tbs->data, tbs->len, mac);
}

void
tsig_sign(struct tsig *tsig, const struct tsig_key *key, struct buf *wire,
    int64_t now_at)
{
	const struct name algorithm = algorithm_name(key->hmac);
	struct buf tbs = BUF_INIT, rdata = BUF_INIT;

	*tsig = (struct tsig) { .key = key,
		.mac_len = crypto_hmac_len(key->hmac) };
	buf_add(&tbs, wire->data, wire->len);
	add_variables(key, now_at, TSIG_FUDGE_S, 0, NULL, 0, &tbs);
	compute(key, &tbs, tsig->mac);

	buf_add(&rdata, algorithm.wire, algorithm.len);
	add_u48(&rdata, now_at);
	buf_add_u16(&rdata, TSIG_FUDGE_S);
	buf_add_u16(&rdata, (uint16_t)tsig->mac_len);
	buf_add(&rdata, tsig->mac, tsig->mac_len);
	buf_add(&rdata, wire->data, 2);		/* original id */
	buf_add(&rdata, "\0\0\0\0", 4);		/* error, other */
	message_add(wire, MESSAGE_ADDITIONAL, &key->name, MESSAGE_TSIG,
	    MESSAGE_CLASS_ANY, 0, rdata.data, rdata.len);
	buf_free(&rdata);
	buf_free(&tbs);
}

/* What a TSIG record says; pointers into the message. */
struct record {
	struct name	 name, algorithm;
	int64_t		 at;
	uint16_t	 fudge_s, error, mac_len, other_len;
	const uint8_t	*mac, *id, *other;
};

static uint16_t
u16_at(const uint8_t *p)
{

	return (uint16_t)(p[0] << 8 | p[1]);
}

/* A name that is not compressed, at *at; *at moves behind it. */
static int
take_name(const uint8_t *wire, size_t len, size_t *at, struct name *out,
    struct error *err)
{
	size_t end = *at;

	while (end < len && wire[end] != 0)
		end += 1 + (size_t)wire[end];
	if (end >= len)
		return err_set(err, ERR_INTEGRITY, "a TSIG that is cut off");
	if (name_from_wire(wire + *at, end + 1 - *at, out, err) != 0) {
		err->class = ERR_INTEGRITY;
		return err_wrap(err, "a name in the TSIG");
	}
	*at = end + 1;
	return 0;
}

static int
read_record(const uint8_t *wire, size_t len, size_t at, struct record *out,
    struct error *err)
{
	static const uint8_t fixed[] = { 0, MESSAGE_TSIG, 0,
		MESSAGE_CLASS_ANY, 0, 0, 0, 0 };

	/* RFC 8945 s4.2: neither of the names may be compressed. */
	if (take_name(wire, len, &at, &out->name, err) != 0)
		return -1;
	/* Type, class, TTL; the length is what message_read() has read. */
	if (len - at < sizeof(fixed) + 2 ||
	    memcmp(wire + at, fixed, sizeof(fixed)) != 0)
		return err_set(err, ERR_INTEGRITY,
		    "a TSIG that is not of class ANY with TTL 0");
	at += sizeof(fixed) + 2;
	if (take_name(wire, len, &at, &out->algorithm, err) != 0)
		return -1;
	if (len - at < 10)
		return err_set(err, ERR_INTEGRITY, "a TSIG that is cut off");
	out->at = (int64_t)u16_at(wire + at) << 32 |
	    (int64_t)u16_at(wire + at + 2) << 16 | u16_at(wire + at + 4);
	out->fudge_s = u16_at(wire + at + 6);
	out->mac_len = u16_at(wire + at + 8);
	at += 10;
	out->mac = wire + at;
	if (len - at < (size_t)out->mac_len + 6)
		return err_set(err, ERR_INTEGRITY, "a TSIG that is cut off");
	at += out->mac_len;
	out->id = wire + at;
	out->error = u16_at(wire + at + 2);
	out->other_len = u16_at(wire + at + 4);
	at += 6;
	out->other = wire + at;
	/* Nothing but BADTIME says more. */
	if (len - at != out->other_len || out->other_len > OTHER_MAX ||
	    (out->error == 0 && out->other_len != 0))
		return err_set(err, ERR_INTEGRITY, "a TSIG of a wrong length");
	return 0;
}

/* An error that came without a MAC, or with one: the server's own word. */
static int
check_error(const struct record *record, struct error *err)
{
	const char *why;

	switch (record->error) {
	case 0:
		return 0;
	case TSIG_BADSIG:
		why = "BADSIG: it has another secret for this key";
		break;
	case TSIG_BADKEY:
		why = "BADKEY: it does not know this key";
		break;
	case TSIG_BADTIME:
		why = "BADTIME: its clock and ours differ by more than five "
		    "minutes";
		break;
	case TSIG_BADTRUNC:
		why = "BADTRUNC: it wants a longer MAC";
		break;
	default:
		why = "an unknown error";
	}
	return err_set(err, ERR_NETWORK, "the server refuses our TSIG: %s",
	    why);
}

/* The message as it was before its TSIG came, RFC 8945 s4.3.2. */
static void
add_stripped(const uint8_t *wire, const struct record *record, size_t end,
    struct buf *out)
{
	const size_t begin = out->len;
	unsigned int n;
	uint8_t *head;

	buf_add(out, wire, end);
	head = out->data + begin;
	memcpy(head, record->id, 2);
	n = u16_at(head + HEAD_ADDITIONAL) - 1U;
	head[HEAD_ADDITIONAL] = (uint8_t)(n >> 8);
	head[HEAD_ADDITIONAL + 1] = (uint8_t)n;
}

static int
check_mac(struct tsig *tsig, const uint8_t *wire, size_t tsig_at,
    const struct record *record, struct error *err)
{
	uint8_t mac[CRYPTO_HMAC_MAX];
	struct buf tbs = BUF_INIT;
	const size_t len = crypto_hmac_len(tsig->key->hmac);

	/* RFC 8945 s5.2.2.1: longer ones are malformed; to take shorter ones
	 * is a matter of policy, and ours is that none is taken. */
	if (record->mac_len != len)
		return err_set(err, ERR_INTEGRITY, "a TSIG whose MAC has %u "
		    "octets; all %zu are needed", record->mac_len, len);
	/* RFC 8945 s5.3: the MAC before, the messages, the variables. */
	buf_add_u16(&tbs, (uint16_t)tsig->mac_len);
	buf_add(&tbs, tsig->mac, tsig->mac_len);
	if (tsig->pending.len > 0)
		buf_add(&tbs, tsig->pending.data, tsig->pending.len);
	add_stripped(wire, record, tsig_at, &tbs);
	if (tsig->has_answer) {
		add_u48(&tbs, record->at);
		buf_add_u16(&tbs, record->fudge_s);
	} else {
		add_variables(tsig->key, record->at, record->fudge_s,
		    record->error, record->other, record->other_len, &tbs);
	}
	compute(tsig->key, &tbs, mac);
	buf_free(&tbs);
	if (!crypto_is_same_mac(mac, record->mac, len))
		return err_set(err, ERR_INTEGRITY, "the TSIG is wrong: the "
		    "answer was changed, or comes from somebody without the "
		    "secret");
	memcpy(tsig->mac, mac, len);
	tsig->mac_len = len;
	return 0;
}

static int
keep_unsigned(struct tsig *tsig, const uint8_t *wire, size_t len,
    struct error *err)
{

	if (!tsig->has_answer)
		return err_set(err, ERR_INTEGRITY, "an answer without TSIG");
	if (++tsig->n_pending > TSIG_UNSIGNED_MAX)
		return err_set(err, ERR_INTEGRITY, "more than %d messages "
		    "without TSIG", TSIG_UNSIGNED_MAX);
	buf_add(&tsig->pending, wire, len);
	return 0;
}

int
tsig_verify(struct tsig *tsig, const uint8_t *wire, size_t len,
    size_t tsig_at, int64_t now_at, struct error *err)
{
	const struct name algorithm = algorithm_name(tsig->key->hmac);
	struct record record;

	assert(tsig_at == 0 || (tsig_at >= MESSAGE_HEAD && tsig_at < len));
	if (tsig_at == 0)
		return keep_unsigned(tsig, wire, len, err);
	if (read_record(wire, len, tsig_at, &record, err) != 0)
		return -1;
	if (!name_is_same(&record.name, &tsig->key->name) ||
	    !name_is_same(&record.algorithm, &algorithm))
		return err_set(err, ERR_INTEGRITY,
		    "a TSIG by another key or algorithm");
	/* RFC 8945 s5.3.2: these come without a MAC. */
	if ((record.error == TSIG_BADSIG || record.error == TSIG_BADKEY) &&
	    record.mac_len == 0)
		return check_error(&record, err);
	if (check_mac(tsig, wire, tsig_at, &record, err) != 0 ||
	    check_error(&record, err) != 0)
		return -1;
	if (record.at > now_at + record.fudge_s ||
	    record.at < now_at - record.fudge_s)
		return err_set(err, ERR_NETWORK, "the TSIG's time differs "
		    "from ours by more than %u seconds", record.fudge_s);
	buf_free(&tsig->pending);
	tsig->n_pending = 0;
	tsig->has_answer = true;
	return 0;
}

bool
tsig_is_complete(const struct tsig *tsig)
{

	return tsig->has_answer && tsig->n_pending == 0;
}

void
tsig_clear(struct tsig *tsig)
{

	buf_free(&tsig->pending);
	secret_wipe(tsig->mac, sizeof(tsig->mac));
}
