/*
 * floor --module FILE --token LABEL --pin-file FILE [--alg p256|p384|
 *	ed25519|rsa] [--count N] [--bytes N] [--processes N] WORK
 *
 * What a token costs without kmgr: load the module, log in, do the work N
 * times. The raw program that kmgr's speed is judged against; nothing of kmgr
 * is in it. WORK is one of
 *
 *   --id HEX			sign with one key of the token, found by CKA_ID
 *   --keys FILE		sign with another key each time, all of which
 *				are found in one pass over the token
 *   --keys FILE --id HEX	sign with another key each time: unwrap it with
 *				the key of that CKA_ID, and destroy it
 *   --create token		make a key pair in the token
 *   --create wrapped --id HEX	make one in the session, wrap it, destroy it
 *
 * Each signature is of a message of its own and is verified with OpenSSL. A
 * line of FILE is CKA_ID, public key (a point, or the modulus of RSA) and blob
 * or "-", in hex.
 *
 * Prints seconds, how often the work was done, and the peak of resident
 * memory, of the largest process where there are several.
 */
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "tests/bench/raw.h"

#define MESSAGE_MAX   65536
#define PROCESSES_MAX 64
#define SHARE	      64	/* what a process takes at a time */
#define ID_MAX	      64

struct options {
	const char *module;
	const char *token;
	const char *pin_file;
	const char *id;
	const char *keys;
	const char *create;
	size_t count;
	size_t bytes;
	size_t processes;
	const struct raw_alg *alg;
};

/* What all processes see. */
struct shared {
	_Atomic size_t next;
	_Atomic size_t done;
};

/* A private key of the token. */
struct resident {
	uint8_t id[ID_MAX];
	CK_OBJECT_HANDLE handle;
};

/* A line of the file of keys. */
struct line {
	uint8_t id[ID_MAX];
	uint8_t public[RAW_PUBLIC_MAX];
	uint8_t blob[RAW_BLOB_MAX];
	size_t id_len;
	size_t public_len;
	size_t blob_len;
};

struct floor {
	const struct options *options;
	struct raw raw;
	CK_OBJECT_HANDLE key;		/* of --id */
	CK_MECHANISM_TYPE wrap;		/* its mechanism, if it wraps */
	EVP_PKEY *pub;
	FILE *keys;
	size_t at;			/* lines read */
	char *text;
	size_t text_room;
	struct line line;
	struct resident *residents;
	size_t n_residents;
	uint8_t message[MESSAGE_MAX];
};

/* One kind of work. */
struct work {
	void (*begin)(struct floor *floor);
	void (*one)(struct floor *floor, size_t i);
};

static size_t
id_read(const char *hex, uint8_t id[static ID_MAX])
{
	size_t len = 0;

	raw_need("--id", hex != NULL &&
	    OPENSSL_hexstr2buf_ex(id, ID_MAX, &len, hex, '\0') == 1);
	return len;
}

static void
sign(struct floor *floor, CK_OBJECT_HANDLE key, EVP_PKEY *pub, size_t i)
{

	memcpy(floor->message, &i, sizeof(i));
	raw_sign(&floor->raw, key, pub, floor->message,
	    floor->options->bytes);
}

static void
kept_begin(struct floor *floor)
{
	uint8_t id[ID_MAX], public[RAW_PUBLIC_MAX];
	const size_t len = id_read(floor->options->id, id);
	size_t public_len;

	floor->key = raw_find(&floor->raw, CKO_PRIVATE_KEY, id, len);
	public_len = raw_public_read(&floor->raw,
	    raw_find(&floor->raw, CKO_PUBLIC_KEY, id, len), public);
	floor->pub = raw_public_make(&floor->raw, public, public_len);
}

static void
kept_one(struct floor *floor, size_t i)
{

	sign(floor, floor->key, floor->pub, i);
}

static size_t
field(char **text, uint8_t *out, size_t room)
{
	const char *word = strsep(text, " \n");
	size_t len = 0;

	raw_need("the file of keys", word != NULL && (strcmp(word, "-") == 0 ||
	    OPENSSL_hexstr2buf_ex(out, room, &len, word, '\0') == 1));
	return len;
}

/* The ith line, which no earlier call was for. */
static void
line_read(struct floor *floor, size_t i)
{
	struct line *line = &floor->line;
	char *text;

	for (; floor->at <= i; floor->at++)
		raw_need("the file of keys is short", getline(&floor->text,
		    &floor->text_room, floor->keys) > 0);
	text = floor->text;
	memset(line->id, 0, sizeof(line->id));
	line->id_len = field(&text, line->id, sizeof(line->id));
	line->public_len = field(&text, line->public, sizeof(line->public));
	line->blob_len = field(&text, line->blob, sizeof(line->blob));
}

static int
resident_cmp(const void *a, const void *b)
{
	const struct resident *x = a, *y = b;

	return memcmp(x->id, y->id, sizeof(x->id));
}

static void
keys_open(struct floor *floor)
{

	floor->keys = fopen(floor->options->keys, "re");
	raw_need("open the file of keys", floor->keys != NULL);
}

static void
token_begin(struct floor *floor)
{
	CK_OBJECT_HANDLE *list = raw_find_all(&floor->raw, CKO_PRIVATE_KEY,
	    &floor->n_residents);
	size_t i;

	keys_open(floor);
	floor->residents = calloc(floor->n_residents + 1,
	    sizeof(*floor->residents));
	raw_need("memory", floor->residents != NULL);
	for (i = 0; i < floor->n_residents; i++) {
		struct resident *resident = &floor->residents[i];

		resident->handle = list[i];
		(void)raw_get(&floor->raw, list[i], CKA_ID, resident->id,
		    sizeof(resident->id));
	}
	free(list);
	qsort(floor->residents, floor->n_residents, sizeof(*floor->residents),
	    resident_cmp);
}

static void
token_one(struct floor *floor, size_t i)
{
	const struct resident *resident;
	struct resident want;
	EVP_PKEY *pub;

	line_read(floor, i);
	memcpy(want.id, floor->line.id, sizeof(want.id));
	resident = bsearch(&want, floor->residents, floor->n_residents,
	    sizeof(want), resident_cmp);
	raw_need("the token lacks a key", resident != NULL);
	pub = raw_public_make(&floor->raw, floor->line.public,
	    floor->line.public_len);
	sign(floor, resident->handle, pub, i);
	EVP_PKEY_free(pub);
}

static void
wrapping_find(struct floor *floor)
{
	uint8_t id[ID_MAX];
	const size_t len = id_read(floor->options->id, id);

	floor->key = raw_find(&floor->raw, CKO_SECRET_KEY, id, len);
	floor->wrap = raw_wrap_mechanism(&floor->raw, floor->key);
}

static void
wrapped_begin(struct floor *floor)
{

	wrapping_find(floor);
	keys_open(floor);
}

static void
wrapped_one(struct floor *floor, size_t i)
{
	CK_OBJECT_HANDLE key;
	EVP_PKEY *pub;

	line_read(floor, i);
	key = raw_unwrap(&floor->raw, floor->key, floor->wrap,
	    floor->line.blob, floor->line.blob_len);
	pub = raw_public_make(&floor->raw, floor->line.public,
	    floor->line.public_len);
	sign(floor, key, pub, i);
	EVP_PKEY_free(pub);
	raw_destroy(&floor->raw, key);
}

static void
nothing(struct floor *floor)
{

	(void)floor;
}

/* Makes it, with an id that no other has, and reads its public half. */
static void
create_pair(struct floor *floor, enum raw_home home, size_t i,
    CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private)
{
	uint8_t id[16] = "floor", value[RAW_PUBLIC_MAX];

	memcpy(id + sizeof(id) - sizeof(i), &i, sizeof(i));
	raw_generate(&floor->raw, home, id, sizeof(id), public, private);
	(void)raw_public_read(&floor->raw, *public, value);
}

static void
create_token_one(struct floor *floor, size_t i)
{
	CK_OBJECT_HANDLE public, private;

	create_pair(floor, RAW_TOKEN, i, &public, &private);
}

static void
create_wrapped_one(struct floor *floor, size_t i)
{
	CK_OBJECT_HANDLE public, private;

	create_pair(floor, RAW_SESSION, i, &public, &private);
	raw_wrap(&floor->raw, floor->key, floor->wrap, private);
	raw_destroy(&floor->raw, private);
	raw_destroy(&floor->raw, public);
}

static const struct work *
work_of(const struct options *options)
{
	static const struct work kept = { kept_begin, kept_one };
	static const struct work token = { token_begin, token_one };
	static const struct work wrapped = { wrapped_begin, wrapped_one };
	static const struct work create_token = { nothing,
		create_token_one };
	static const struct work create_wrapped = { wrapping_find,
		create_wrapped_one };

	if (options->create != NULL)
		return strcmp(options->create, "token") == 0 ? &create_token :
		    strcmp(options->create, "wrapped") == 0 ?
		    &create_wrapped : NULL;
	if (options->keys != NULL)
		return options->id != NULL ? &wrapped : &token;
	return options->id != NULL ? &kept : NULL;
}

/* One process: it takes a share of what is left until nothing is. */
static void
run(const struct options *options, struct shared *shared)
{
	const struct work *work = work_of(options);
	struct floor *floor = calloc(1, sizeof(*floor));
	size_t i, end;

	raw_need("memory", floor != NULL);
	floor->options = options;
	raw_open(&floor->raw, options->alg, options->module, options->token,
	    options->pin_file);
	work->begin(floor);
	while ((i = atomic_fetch_add(&shared->next, SHARE)) <
	    options->count) {
		end = i + SHARE < options->count ? i + SHARE : options->count;
		for (; i < end; i++) {
			work->one(floor, i);
			(void)atomic_fetch_add(&shared->done, 1);
		}
	}
	EVP_PKEY_free(floor->pub);
	if (floor->keys != NULL)
		(void)fclose(floor->keys);
	free(floor->text);
	free(floor->residents);
	raw_close(&floor->raw);
	free(floor);
}

/* One that fails has said why, and its exit status is not 0. */
static void
run_many(const struct options *options, struct shared *shared)
{
	bool all_ended_well = true;
	int status;
	size_t i;

	for (i = 0; i < options->processes; i++) {
		const pid_t pid = fork();

		raw_need("fork", pid != -1);
		if (pid == 0) {
			run(options, shared);
			exit(0);
		}
	}
	while (wait(&status) > 0)
		all_ended_well &= WIFEXITED(status) &&
		    WEXITSTATUS(status) == 0;
	raw_need("a process failed", all_ended_well);
}

static size_t
number(const char *text, size_t min, size_t max)
{
	char *end;
	const unsigned long n = strtoul(text, &end, 10);

	raw_need(text, *text != '\0' && *end == '\0' && n >= min && n <= max);
	return n;
}

static void
read_option(struct options *options, int option, const char *value)
{

	switch (option) {
	case 'm':
		options->module = value;
		break;
	case 't':
		options->token = value;
		break;
	case 'p':
		options->pin_file = value;
		break;
	case 'i':
		options->id = value;
		break;
	case 'k':
		options->keys = value;
		break;
	case 'c':
		options->create = value;
		break;
	case 'n':
		options->count = number(value, 1, SIZE_MAX / 2);
		break;
	case 'b':
		options->bytes = number(value, sizeof(size_t), MESSAGE_MAX);
		break;
	case 'j':
		options->processes = number(value, 1, PROCESSES_MAX);
		break;
	case 'a':
		options->alg = raw_alg_find(value);
		break;
	default:
		exit(2);
	}
}

static void
read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "token", required_argument, NULL, 't' },
		{ "pin-file", required_argument, NULL, 'p' },
		{ "id", required_argument, NULL, 'i' },
		{ "keys", required_argument, NULL, 'k' },
		{ "create", required_argument, NULL, 'c' },
		{ "count", required_argument, NULL, 'n' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "processes", required_argument, NULL, 'j' },
		{ "alg", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		read_option(options, c, optarg);
	raw_need("--module, --token and --pin-file are needed",
	    options->module != NULL && options->token != NULL &&
	    options->pin_file != NULL);
	raw_need("--alg", options->alg != NULL);
	raw_need("--id, --keys or --create token|wrapped is needed",
	    work_of(options) != NULL);
}

int
main(int argc, char **argv)
{
	struct options options = { .count = 1, .bytes = 256, .processes = 1,
		.alg = raw_alg_find("p256") };
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rusage own, children;
	struct timespec from, to;

	raw_need("mmap", shared != MAP_FAILED);
	read_options(argc, argv, &options);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	if (options.processes == 1)
		run(&options, shared);
	else
		run_many(&options, shared);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	(void)getrusage(RUSAGE_SELF, &own);
	(void)getrusage(RUSAGE_CHILDREN, &children);
	(void)printf("seconds %.6f\ndone %zu\nmax_rss_kib %ld\n",
	    (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9,
	    (size_t)shared->done, own.ru_maxrss > children.ru_maxrss ?
	    own.ru_maxrss : children.ru_maxrss);
	return 0;
}
